using Descent.Optimizers;
using Descent.Optimizers.Schedules;
using Keras1 = Descent.Optimizers.Keras1;
using Keras2 = Descent.Optimizers.Keras2;

namespace Descent.Tests;

/// <summary>What the optimizers of Keras 1 and 2 have that Keras 3 has not, and the reverse.</summary>
public class LegacyOptimizerTests
{
    [Fact]
    public void Constructor_OfKeras2_KnowsBothNamesAndTheOldOneWins()
    {
        var sgd = new Keras2.SGD(lr: 0.01) { Decay = 1e-6, Momentum = 0.9, Nesterov = true };
        Assert.Equal((0.01f, 1e-6, 0.9, true), ((float)sgd.Lr, sgd.Decay, sgd.Momentum, sgd.Nesterov));
        Assert.Equal(0.5, new Keras2.SGD(learningRate: 0.25, lr: 0.5).Lr);
        Assert.Equal(0.25, new Keras2.SGD(0.25).Lr);
        Assert.Equal(0.01f, (float)new Keras2.SGD().Lr);
    }

    [Fact]
    public void LearningRate_WithDecay_IsThatOfTheNextStepAndLrIsNot()
    {
        var w = new Variable("w", 1f);
        var sgd = new Keras1.SGD(lr: 0.5) { Decay = 1 };
        sgd.Apply([1f], [w]);
        Assert.Equal((0.25, 0.5, 1), (sgd.LearningRate.Value, sgd.Lr, sgd.Iterations));
        sgd.Apply([1f], [w]);
        Assert.Equal(1 - 0.5f - 0.25f, w.Value.Item());

        sgd.Lr = 1.5;
        Assert.Equal((0.5, 1.5), (sgd.LearningRate.Value, sgd.Lr));
        sgd.LearningRate = 3;
        Assert.Equal((1.0, 3.0), (sgd.LearningRate.Value, sgd.Lr));
        Assert.Equal(3.0, sgd.GetConfig()["lr"]!.GetValue<double>());
    }

    [Fact]
    public void Decay_BelowZero_IsNone()
    {
        var sgd = new Keras2.SGD(lr: 0.5) { Decay = -0.5 };
        sgd.Apply([1f], [new Variable("w", 1f)]);
        Assert.Equal(0.5, sgd.LearningRate.Value);
    }

    [Fact]
    public void ClipNorm_WithClipValue_IsOverAllAndComesFirst()
    {
        var variables = Kinds.Variables([0f], [0f, 0f]);
        new Keras2.SGD(lr: 1) { ClipNorm = 13, ClipValue = 5 }.Apply([Tensor.From([6f]), Tensor.From([8f, 24f])], variables);
        Golden.AssertClose([-3f, -4f, -5f], [.. variables.SelectMany(v => v.ToArray())], 1e-6);
    }

    [Fact]
    public void ParameterGroups_OnAnOldOptimizer_DecayAndClipAsInKeras3()
    {
        Variable[] variables = [new("a", Tensor.From([1f, 1f])), new("b", Tensor.From([0f, 0f])), new("c", Tensor.From([0f, 0f]))];
        var sgd = new Keras2.SGD(lr: 0.5) { ClipNorm = 5, ParameterGroups = [new("a") { WeightDecay = 0.5 }, new("[bc]") { ClipNorm = 1 }] };
        sgd.Apply([Tensor.From([0f, 0f]), Tensor.From([3f, 4f]), Tensor.From([0f, 2f])], variables);
        Golden.AssertClose([0.75f, 0.75f, -0.3f, -0.4f, 0f, -0.5f], [.. variables.SelectMany(v => v.ToArray())], 1e-6);
    }

    [Fact]
    public void Epsilon_Null_IsThatOfTheBackend()
    {
        var (given, none) = (Kinds.Variables([1f]), Kinds.Variables([1f]));
        new Keras1.RMSprop(lr: 0.1) { Epsilon = 1e-7 }.Apply([Tensor.From([1e-6f])], given);
        var rmsprop = new Keras1.RMSprop(lr: 0.1) { Epsilon = null };
        rmsprop.Apply([Tensor.From([1e-6f])], none);
        Kinds.AssertSameBits(given, none);
        Assert.Null(rmsprop.GetConfig()["epsilon"]);
    }

    [Fact]
    public void Options_OfKeras3_ThrowWhenTheyAreSet()
    {
        AssertHasNone(nameof(Optimizer.WeightDecay), () => new Keras1.SGD { WeightDecay = 0.1 });
        AssertHasNone(nameof(Optimizer.GlobalClipNorm), () => new Keras1.SGD { GlobalClipNorm = 1 });
        AssertHasNone(nameof(Optimizer.UseEma), () => new Keras1.SGD { UseEma = true });
        AssertHasNone(nameof(Optimizer.EmaMomentum), () => new Keras1.SGD { EmaMomentum = 0.9 });
        AssertHasNone(nameof(Optimizer.EmaOverwriteFrequency), () => new Keras1.SGD { EmaOverwriteFrequency = 2 });
        AssertHasNone(nameof(Optimizer.LossScaleFactor), () => new Keras1.SGD { LossScaleFactor = 2 });
        AssertHasNone(nameof(Optimizer.GradientAccumulationSteps), () => new Keras1.SGD { GradientAccumulationSteps = 2 });
        AssertHasNone(nameof(Optimizer.Name), () => new Keras1.SGD { Name = "mine" });
        AssertThrows("SGD of Keras 1 has no WeightDecay.", () => new Keras1.SGD().ExcludeFromWeightDecay(names: ["bias"]));

        static void AssertHasNone(string option, Func<Optimizer> action) => AssertThrows(
            $"SGD of Keras 1 has no {option}. Received: a value for it. Leave it out, or use Descent.Optimizers.SGD, which has the options of Keras 3.", action);
    }

    [Theory]
    [InlineData(float.NaN, float.NaN, -4f)]
    [InlineData(float.PositiveInfinity, float.NaN, 0f)]
    [InlineData(3f, -0.6f, -0.8f)]
    public void ClipNorm_OfANormThatIsNotFinite_DividesByItOnlyIfItIsLarger(float gradient, float first, float second)
    {
        Variable[] variables = [new("a", 0f), new("b", 0f)];
        new Keras1.SGD(lr: 1) { ClipNorm = 1 }.Apply([gradient, 4f], variables);
        Assert.Equal([first, second], variables.Select(v => v.Value.Item()), (a, b) => float.IsNaN(a) ? float.IsNaN(b) : Math.Abs(a - b) < 1e-6);
    }

    /// <summary>Values of Keras 1.2.2 and 2.3.1: where nothing of a mean is kept, their way of taking it loses no digits.</summary>
    [Fact]
    public void Beta2_OfZero_TakesEachSquareAsItIs()
    {
        AssertSteps(new Keras1.Adam(0.001) { Beta2 = 0 }, -14.7029f);
        AssertSteps(new Keras2.Nadam(0.002) { Beta2 = 0 }, -3.4326f);

        static void AssertSteps(Optimizer optimizer, float expected)
        {
            var w = new Variable("w", 0f);
            foreach (var gradient in new[] { 100f, 0.01f, 0.003f }) optimizer.Apply([gradient], [w]);
            Assert.Equal(expected, w.Value.Item(), Math.Abs(expected) * 2e-5f);
        }
    }

    [Fact]
    public void LoadState_OfOtherVariablesOfTheSameShapes_Throws()
    {
        Optimizer first = new Keras2.Adam(), second = new Keras2.Adam();
        first.Build([new Variable("a", 1f), new Variable("b", 1f)]);
        second.Build([new Variable("b", 1f), new Variable("a", 1f)]);
        Assert.Equal(
            "Variable 1 of the state of optimizer 'adam' belongs to 'b'. Received: 'm_0' of 'a'. Build the optimizer with the variables in the order that it had when the state was taken. (Parameter 'state')",
            Assert.Throws<ArgumentException>(() => second.LoadState(first.Variables)).Message);
    }

    [Fact]
    public void Decay_OfNadam_Throws() => AssertThrows("Nadam of Keras 2 has no Decay.", () => new Keras2.Nadam { Decay = 0.1 });

    [Fact]
    public void LearningRate_Schedule_Throws() => AssertThrows(
        "The learning rate of Adam of Keras 2 must be a number. Received: Descent.Optimizers.Schedules.ExponentialDecay. Use Decay, or Descent.Optimizers.Adam with a schedule.",
        () => new Keras2.Adam().LearningRate = new ExponentialDecay(0.1, 10, 0.9));

    [Fact]
    public void Options_BadInThemselves_Throw()
    {
        AssertThrows("A learning rate must be a finite float32 number. Received: NaN.", () => new Keras1.SGD(double.NaN));
        AssertThrows("Decay must be a finite number. Received: NaN.", () => new Keras1.SGD { Decay = double.NaN });
        AssertThrows("Momentum must be a finite number. Received: Infinity.", () => new Keras1.SGD { Momentum = double.PositiveInfinity });
        AssertThrows("Epsilon must be zero or more. Received: -1.", () => new Keras2.Adam { Epsilon = -1 });
        AssertThrows("Rho must be in [0, 1). Received: 1.", () => new Keras2.RMSprop { Rho = 1 });
        AssertThrows("Rho must be in [0, 1). Received: -1.", () => new Keras1.Adadelta { Rho = -1 });
        AssertThrows("Beta1 must be in [0, 1). Received: 1.", () => new Keras1.Nadam { Beta1 = 1 });
        AssertThrows("Beta2 must be in [0, 1). Received: 1.", () => new Keras2.Adamax { Beta2 = 1 });
        AssertThrows("ScheduleDecay must be zero or more. Received: -1.", () => new Keras2.Nadam { ScheduleDecay = -1 });
    }

    [Fact]
    public void LossScaleOptimizer_AroundAnOldOne_GivesItUnscaledGradients()
    {
        var w = new Variable("w", 1f);
        var inner = new Keras2.Nadam(lr: 0.5);
        var optimizer = new LossScaleOptimizer(inner) { InitialScale = 4 };
        optimizer.Apply([4f], [w]);
        var twin = new Variable("w", 1f);
        new Keras2.Nadam(lr: 0.5).Apply([1f], [twin]);
        Assert.Equal(twin.Value.Item(), w.Value.Item());
        Assert.Equal(
            ["loss_scale_optimizer/iteration", "loss_scale_optimizer/learning_rate", "loss_scale_optimizer/step_counter", "loss_scale_optimizer/dynamic_scale",
             "nadam/iterations", "loss_scale_optimizer/nadam/m_schedule", "loss_scale_optimizer/nadam/m_0", "loss_scale_optimizer/nadam/v_0"],
            optimizer.Variables.Select(v => v.Path));
    }

    /// <summary>Keras 1 keeps some state that it does not save; here it follows the rest.</summary>
    [Fact]
    public void Variables_OfKeras1_EndWithWhatKerasLoses()
    {
        AssertPaths(new Keras1.RMSprop { Decay = 0.1 }, "accumulator_0", "iterations");
        AssertPaths(new Keras1.Nadam(), "iterations", "m_0", "v_0", "m_schedule");
        AssertPaths(new Keras2.Adam(), "iterations", "m_0", "v_0", "vhat_0");

        static void AssertPaths(Optimizer optimizer, params string[] paths)
        {
            optimizer.Build([new Variable("w", 1f)]);
            Assert.Equal(paths, optimizer.Variables.Select(v => v.Path));
        }
    }

    private static void AssertThrows(string message, Action action) =>
        Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);

    private static void AssertThrows(string message, Func<Optimizer> action) => AssertThrows(message, () => { _ = action(); });
}
