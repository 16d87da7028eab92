using System.Text.Json.Nodes;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;

namespace Descent.Tests;

/// <summary>Names the recorded row that a test stands for.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RecordedAttribute(string id) : Attribute
{
    public string Id { get; } = id;
}

/// <summary>The recorded rows of errors.json whose action is a sentence: one test each, named by its row.</summary>
public class RecordedCallTests
{
    private readonly Variable _kernel = new("dense/kernel", Tensor.Ones([2, 3]));
    private readonly Variable _bias = new("dense/bias", Tensor.Ones([3]));

    private Variable[] Both => [_kernel, _bias];

    [Fact]
    [Recorded("call/apply_without_variables_unbuilt")]
    public void Apply_UnbuiltWithoutVariables_Throws() => AssertThrows<InvalidOperationException>(
        "Optimizer 'sgd' does not know its variables yet. Pass them to Apply, or call Build(variables) first.",
        () => new SGD().Apply([Tensor.Ones([3])]));

    [Fact]
    [Recorded("call/apply_gradient_count_mismatch")]
    public void Apply_FewerGradientsWithoutVariables_Throws() => AssertThrows<ArgumentException>(
        "There must be one gradient for each of the 2 variables of optimizer 'sgd'. Received: 1.",
        () => Built(new SGD()).Apply([Tensor.Ones([2, 3])]));

    [Fact]
    [Recorded("call/apply_fewer_gradients_than_variables")]
    public void Apply_FewerGradientsThanVariables_LeavesTheOthersAlone()
    {
        new SGD().Apply([Tensor.Ones([2, 3])], Both);
        AssertVariables("call/apply_fewer_gradients_than_variables");
    }

    [Fact]
    [Recorded("call/apply_unknown_variable")]
    public void Apply_UnknownVariable_Throws()
    {
        var sgd = new SGD();
        sgd.Build([_kernel]);
        AssertThrows<ArgumentException>(
            "Unknown variable 'dense/bias': optimizer 'sgd' was built with 1 other variable(s). Take it in with Extend(variables), or create a new optimizer for another set of variables.",
            () => sgd.Apply([Tensor.Ones([2, 3]), Tensor.Ones([3])], Both));
        Assert.Equal(Enumerable.Repeat(1f, 6), _kernel.ToArray());
    }

    [Fact]
    [Recorded("call/apply_empty_gradients")]
    public void Apply_NoGradients_DoesNothing()
    {
        var sgd = new SGD();
        sgd.Apply([], Both);
        var result = Result("call/apply_empty_gradients");
        Assert.Equal(result["iterations"]!.GetValue<int>(), sgd.Iterations);
        Assert.Equal(result["built"]!.GetValue<bool>(), sgd.IsBuilt);
    }

    [Fact]
    [Recorded("call/apply_all_none")]
    public void Apply_AllGradientsNull_Throws() => AssertThrows<ArgumentException>(
        "No gradients provided for any variable of optimizer 'sgd'. Does the loss depend on them, and was it computed inside the tape?",
        () => new SGD().Apply([null, null], Both));

    [Fact]
    [Recorded("call/loss_scale_all_none")]
    public void Apply_AllGradientsNullUnderALossScale_ThrowsAndKeepsTheScale()
    {
        var optimizer = new LossScaleOptimizer(new SGD());
        AssertThrows<ArgumentException>(
            "No gradients provided for any variable of optimizer 'sgd'. Does the loss depend on them, and was it computed inside the tape?",
            () => optimizer.Apply([null, null], Both));
        Assert.Equal(32768, optimizer.DynamicScale);
        Assert.Equal(0, optimizer.Iterations);
    }

    [Fact]
    [Recorded("call/apply_one_none")]
    public void Apply_OneGradientNull_LeavesItsVariableAloneAndWarnsOnce()
    {
        using var trace = new TraceRecorder();
        var sgd = new SGD();
        sgd.Apply([null, Tensor.Ones([3])], Both);
        AssertVariables("call/apply_one_none");
        Assert.Equal(Result("call/apply_one_none")["iterations"]!.GetValue<int>(), sgd.Iterations);

        sgd.Apply([null, Tensor.Ones([3])], Both);
        Assert.Equal("Gradients do not exist for variables 'dense/kernel'; optimizer 'sgd' leaves them as they are.", Assert.Single(trace.Warnings));
    }

    [Fact]
    [Recorded("call/set_learning_rate_on_schedule")]
    public void LearningRate_NumberOverSchedule_Throws() => AssertThrows<InvalidOperationException>(
        "The learning rate of 'sgd' comes from a schedule and cannot be set to a number. Received: 0.5. Set another schedule, or create the optimizer with a number.",
        () => new SGD(Schedule()).LearningRate = 0.5);

    [Fact]
    [Recorded("call/set_schedule_on_float")]
    public void LearningRate_ScheduleOverNumber_TakesItsPlace()
    {
        var sgd = new SGD(learningRate: 0.1) { };
        sgd.LearningRate = Schedule();
        var result = Result("call/set_schedule_on_float");
        Golden.AssertSameJson(result["config"], sgd.GetConfig());
        Assert.Equal(result["variables"]!.AsArray().Select(p => p!.GetValue<string>()), sgd.Variables.Select(v => v.Path));
    }

    [Fact]
    [Recorded("call/set_learning_rate_int")]
    public void LearningRate_Integer_IsANumber()
    {
        var sgd = new SGD(learningRate: 0.1) { };
        sgd.LearningRate = 1;
        Golden.AssertSameJson(Result("call/set_learning_rate_int")["config_learning_rate"], sgd.GetConfig()["learning_rate"]);
    }

    [Fact]
    [Recorded("call/set_weights_unbuilt")]
    public void LoadState_BeforeBuild_Throws() => AssertThrows<InvalidOperationException>(
        "Optimizer 'adam' has no state yet. Call Build(variables) before LoadState.",
        () => new Adam().LoadState([new Variable("w", 0f)]));

    [Fact]
    [Recorded("call/set_weights_shape")]
    public void LoadState_OfAnotherShapeOrderOrNumber_ThrowsAndChangesNothing()
    {
        var (adam, other) = (Built(new Adam()), Built(new Adam(learningRate: 0.5)));
        var (state, before) = (other.Variables, Kinds.Snapshot(adam.Variables));
        Assert.NotEqual(before, Kinds.Snapshot(state));
        AssertThrows<ArgumentException>(
            "Variable 0 of the state, 'adam/iteration', must have shape () and type int32. Received: shape (3,), type float32.",
            () => adam.LoadState([new Variable("adam/iteration", Tensor.Zeros([3])), .. state.Skip(1)]));
        AssertThrows<ArgumentException>(
            $"Variable {state.Count - 2} of the state of optimizer 'adam' must be '{state[^2].Path}'. Received: '{state[^1].Path}', which belongs elsewhere. Build the optimizer with the variables in the order that it had when the state was taken.",
            () => adam.LoadState([.. state.SkipLast(2), state[^1], state[^2]]));
        AssertThrows<ArgumentException>($"The state of optimizer 'adam' must have {state.Count} variables. Received: {state.Count - 1}.", () => adam.LoadState([.. state.SkipLast(1)]));
        Assert.Equal(before, Kinds.Snapshot(adam.Variables));
        adam.LoadState(state);
        Assert.Equal(Kinds.Snapshot(state), Kinds.Snapshot(adam.Variables));
    }

    [Fact]
    [Recorded("call/apply_gradients")]
    public void ApplyGradients_Pairs_UpdatesEach()
    {
        new SGD(learningRate: 0.5).ApplyGradients([(Tensor.Ones([2, 3]), _kernel), (Tensor.Ones([3]), _bias)]);
        AssertVariables("call/apply_gradients");
    }

    [Fact]
    [Recorded("call/exclude_after_build")]
    public void ExcludeFromWeightDecay_AfterBuild_Throws() => AssertThrows<InvalidOperationException>(
        "ExcludeFromWeightDecay must be called before optimizer 'sgd' is built.",
        () => Built(new SGD { WeightDecay = 0.1 }).ExcludeFromWeightDecay(names: ["bias"]));

    [Fact]
    [Recorded("call/finalize_length_mismatch")]
    public void FinalizeVariableValues_FewerVariables_Throws() => AssertThrows<ArgumentException>(
        "There must be one variable for each of the 2 moving averages of optimizer 'sgd'. Received: 1.",
        () => Built(new SGD { UseEma = true }).FinalizeVariableValues([_kernel]));

    [Fact]
    [Recorded("call/gradient_shape_mismatch")]
    public void Apply_GradientOfAnotherShape_Throws() => AssertThrows<ArgumentException>(
        "The gradient of variable 'dense/kernel' must have its shape (2, 3). Received: (3, 3).",
        () => new SGD().Apply([Tensor.Ones([3, 3])], [_kernel]));

    [Fact]
    [Recorded("call/deserialize_unknown_argument")]
    public void Deserialize_UnknownArgument_Throws()
    {
        var json = new Adam().Serialize();
        json["config"]!["foo"] = 1;
        AssertThrows<ArgumentException>(
            "Argument(s) not recognized: 'foo'. Adam knows: 'learning_rate', 'name', 'weight_decay', 'clipnorm', 'global_clipnorm', 'clipvalue', "
            + "'use_ema', 'ema_momentum', 'ema_overwrite_frequency', 'loss_scale_factor', 'gradient_accumulation_steps', 'decay', 'beta_1', 'beta_2', "
            + "'epsilon', 'amsgrad'.",
            () => Optimizer.Deserialize(json));
    }

    [Fact]
    [Recorded("call/scale_loss")]
    public void ScaleLoss_Factor_Multiplies() => Assert.Equal(
        Result("call/scale_loss")["scale_loss(3)"]!.GetValue<float>(),
        new Adam { LossScaleFactor = 4 }.ScaleLoss(3f).Item());

    [Fact]
    [Recorded("call/multi_learning_rate_get")]
    public void LearningRate_ReadFromAMultiOptimizer_Throws() => AssertThrows<InvalidOperationException>(
        "A learning rate cannot be read from 'multi_optimizer': a MultiOptimizer has one for each of its optimizers. Use MultiOptimizer.Optimizers[i].LearningRate.",
        () => _ = new MultiOptimizer(new OptimizerMap(new SGD())).LearningRate);

    [Fact]
    [Recorded("call/multi_learning_rate_set")]
    public void LearningRate_SetOnAMultiOptimizer_Throws() => AssertThrows<InvalidOperationException>(
        "A learning rate cannot be set on 'multi_optimizer': a MultiOptimizer has one for each of its optimizers. Use MultiOptimizer.Optimizers[i].LearningRate.",
        () => new MultiOptimizer(new OptimizerMap(new SGD())).LearningRate = 0.1);

    [Fact]
    [Recorded("call/optimizer_map_bad_default")]
    public void OptimizerMap_NameAsDefault_IsItsOptimizer() => Assert.IsType<SGD>(new OptimizerMap("sgd").DefaultOptimizer);

    [Fact]
    [Recorded("call/optimizer_map_string")]
    public void OptimizerMap_NameForAKey_IsItsOptimizer() => Assert.IsType<Adam>(new OptimizerMap(new SGD()) { ["a"] = "adam" }["a"]);

    [Fact]
    [Recorded("call/optimizer_map_duplicate_key")]
    public void OptimizerMap_KeyTwice_Throws() => AssertThrows<ArgumentException>(
        "A key of an OptimizerMap can be set once. Received: 'a' again, which has 'adam'.",
        () => _ = new OptimizerMap(new SGD()) { ["a"] = new Adam() }["a"] = new SGD());

    [Fact]
    [Recorded("call/optimizer_map_ambiguous")]
    public void OptimizerMap_TwoKeysMatch_Throws() => AssertThrows<ArgumentException>(
        "At most one key of an OptimizerMap can match a path. Received: 'a.*' and 'ab.*', which match 'abc'. Make the expressions exclude each other, or add the key 'abc'.",
        () => _ = new OptimizerMap(new SGD()) { ["a.*"] = new Adam(), ["ab.*"] = new Adam() }["abc"]);

    [Fact]
    [Recorded("call/optimizer_map_loss_scale")]
    public void OptimizerMap_LossScaleOptimizer_Throws() => AssertThrows<ArgumentException>(
        "An optimizer inside of a MultiOptimizer must not be, or wrap, a LossScaleOptimizer. Received: 'loss_scale_optimizer', a LossScaleOptimizer. Wrap the MultiOptimizer in it instead.",
        () => _ = new OptimizerMap(new SGD()) { ["a"] = new LossScaleOptimizer(new SGD()) });

    private static ExponentialDecay Schedule() => new(initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.9);

    private static JsonObject Result(string id) =>
        Golden.Load("keras3/errors")["cases"]!.AsArray().Single(r => r!["id"]!.GetValue<string>() == id)!["result"]!.AsObject();

    private static void AssertThrows<TException>(string message, Action action)
        where TException : Exception
    {
        // Argument exceptions add the parameter's name to the message.
        Assert.StartsWith(message, Assert.ThrowsAny<TException>(action).Message, StringComparison.Ordinal);
    }

    private T Built<T>(T optimizer)
        where T : Optimizer
    {
        optimizer.Build(Both);
        return optimizer;
    }

    // Recorded values are rounded to eight digits.
    private void AssertVariables(string id)
    {
        foreach (var (expected, variable) in Result(id)["variables"]!.AsArray().Zip(Both))
            Golden.AssertClose(Golden.Floats(expected), variable.ToArray(), 1e-7, variable.Path);
    }
}
