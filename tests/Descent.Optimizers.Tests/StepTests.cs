using System.Text.Json.Nodes;
using Descent.Memory;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;

namespace Descent.Tests;

/// <summary>What a step refuses, and that it changes nothing when it throws.</summary>
public class StepTests
{
    [Fact]
    public void Build_Twice_Throws()
    {
        var adam = new Adam();
        var variables = Kinds.Variables([1f]);
        adam.Build(variables);
        var error = Assert.Throws<InvalidOperationException>(() => adam.Build(variables));
        Assert.Equal("Optimizer 'adam' is built already, on 1 variable(s). Create a new optimizer for another set of variables.", error.Message);
    }

    [Fact]
    public void Build_BadVariables_Throws()
    {
        var w = new Variable("w", Tensor.Ones([2]));
        AssertThrows("Each variable can be given once. Received: 'w' twice.", () => new SGD().Build([w, w]));
        AssertThrows("Optimizers update float32 variables. Received: 'n' of int32.", () => new SGD().Build([new Variable("n", Tensor.From([1]))]));
        Assert.Throws<ArgumentNullException>("variables", () => new SGD().Build([w, null!]));
        Assert.Throws<ArgumentNullException>("variables", () => new SGD().Apply([Tensor.Ones([2])], [null!]));
    }

    [Fact]
    public void Build_OptionsThatContradict_ThrowsAndCanBeRepeatedOnAnother()
    {
        var variables = Kinds.Variables([1f]);
        AssertThrows("Only one of ClipNorm, ClipValue and GlobalClipNorm can be set. Received: ClipNorm=1, ClipValue=0.5.", () => new SGD { ClipNorm = 1, ClipValue = 0.5 }.Build(variables));
        AssertThrows("EmaMomentum must be in [0, 1]. Received: 1.5.", () => new SGD { UseEma = true, EmaMomentum = 1.5 }.Apply([Tensor.Ones([1])], variables));
        AssertThrows("WeightDecay of AdamW must be a number. Received: null. Use Adam for no decay.", () => new AdamW { WeightDecay = null }.Build(variables));
        Assert.Equal(1f, variables[0].Value.Item());
    }

    [Fact]
    public void Apply_BadGradients_ThrowsAndChangesNothing()
    {
        var variables = Kinds.Variables([1f, 1f], [1f]);
        var adam = new Adam();
        adam.Build(variables);
        AssertUnchanged(adam, variables, () =>
        {
            AssertThrows("There must be a variable for each gradient. Received: 3 gradients, 2 variables.", () => adam.Apply([Tensor.Ones([2]), Tensor.Ones([1]), Tensor.Ones([1])], variables));
            AssertThrows("There must be one gradient for each of the 2 variables of optimizer 'adam'. Received: 3.", () => adam.Apply([null, null, null]));
            AssertThrows("The gradient of variable 'layer_1/kernel' must have its shape (1,). Received: (2,).", () => adam.Apply([Tensor.Ones([2]), Tensor.Ones([2])]));
            AssertThrows("The gradient of variable 'layer_1/kernel' must be float32. Received: int32.", () => adam.Apply([Tensor.Ones([2]), Tensor.From([1])]));
        });
    }

    [Fact]
    public void Apply_TwoGradientsForOneVariable_ThrowsAndChangesNothing()
    {
        var variables = Kinds.Variables([1f], [1f]);
        var adam = new Adam();
        adam.Build(variables);
        AssertUnchanged(adam, variables, () => AssertThrows(
            "Each variable can have one gradient in a step. Received: two for 'layer_0/kernel'. Add them up.",
            () => adam.ApplyGradients([(Tensor.Ones([1]), variables[0]), (Tensor.Ones([1]), variables[1]), (Tensor.Ones([1]), variables[0])])));
    }

    [Fact]
    public void Apply_GradientOfAnEarlierTrainingStep_ThrowsAndChangesNothing()
    {
        Tensor stale;
        using (new StepMemory().Open()) stale = Tensor.Ones([1]);
        var variables = Kinds.Variables([1f], [1f]);
        var sgd = new SGD { Momentum = 0.9 };
        sgd.Build(variables);
        AssertUnchanged(sgd, variables, () => Assert.Throws<InvalidOperationException>(() => sgd.Apply([Tensor.Ones([1]), stale])));
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, null)]
    [InlineData(true, 2)]
    public void Apply_UpdateStepThrowsAtTheSecondVariable_ChangesNothing(bool ema, int? accumulation)
    {
        var variables = Kinds.Variables([1f, 2f], [3f], [4f]);
        variables[2].OverwriteWithGradient = true;
        Tensor[] gradients = [Tensor.Ones([2]), Tensor.Ones([1]), Tensor.Ones([1])];
        var optimizer = new Failing { WeightDecay = 0.5, UseEma = ema, GradientAccumulationSteps = accumulation };
        for (var call = 0; call < (accumulation ?? 1) + (accumulation ?? 1) - 1; call++) optimizer.Apply(gradients, variables);

        optimizer.FailsAt = variables[1];
        AssertUnchanged(optimizer, variables, () => Assert.Throws<DivideByZeroException>(() => optimizer.Apply(gradients)));

        optimizer.FailsAt = null;
        var before = Kinds.Snapshot(variables);
        optimizer.Apply(gradients);
        Assert.NotEqual(before, Kinds.Snapshot(variables));
    }

    [Theory]
    [MemberData(nameof(Kinds.WithWrappers), MemberType = typeof(Kinds))]
    public void Apply_ConstraintThrowsAtTheSecondVariable_ChangesNothing(string kind)
    {
        var variables = Kinds.Variables([1f, 2f], [3f]);
        var fails = false;
        variables[1].Constraint = w => fails ? throw new DivideByZeroException() : w;
        var optimizer = Kinds.Create(kind, options: new() { ["use_ema"] = true, ["weight_decay"] = 0.1 });
        Tensor[] gradients = [Tensor.Ones([2]), Tensor.Ones([1])];
        optimizer.Apply(gradients, variables);

        fails = true;
        AssertUnchanged(optimizer, variables, () => Assert.Throws<DivideByZeroException>(() => optimizer.Apply(gradients)));

        // As if nothing had happened.
        fails = false;
        optimizer.Apply(gradients);
        var (twin, twins) = (Kinds.Create(kind, options: new() { ["use_ema"] = true, ["weight_decay"] = 0.1 }), Kinds.Variables([1f, 2f], [3f]));
        for (var step = 0; step < 2; step++) twin.Apply(gradients, twins);
        Kinds.AssertSameBits(twins, variables);
        Kinds.AssertSameBits(twin.Variables, optimizer.Variables);
    }

    [Theory]
    [InlineData(0, "before")]
    [InlineData(1, "after")]
    [InlineData(2, "FailingRule.Update must call RuleRunner.Run once. Received: 2 calls.")]
    [InlineData(3, "FailingRule.Update must call RuleRunner.Run once. Received: 0 calls.")]
    public void Apply_UpdateOfARuleThrows_ChangesNothing(int way, string message)
    {
        var variables = Kinds.Variables([1f, 2f], [3f]);
        variables[1].OverwriteWithGradient = true;
        Tensor[] gradients = [Tensor.Ones([2]), Tensor.Ones([1])];
        var optimizer = new FailingRule { UseEma = true, GradientAccumulationSteps = 2 };
        for (var call = 0; call < 3; call++) optimizer.Apply(gradients, variables);

        optimizer.Way = way;
        AssertUnchanged(optimizer, variables, () => Assert.Equal(message, Assert.Throws<InvalidOperationException>(() => optimizer.Apply(gradients)).Message));

        optimizer.Way = null;
        optimizer.Apply(gradients);
        Assert.Equal([0f, 1f], variables[0].ToArray());
    }

    [Fact]
    public void Apply_RateThatIsNoNumber_ThrowsAndChangesNothing()
    {
        var variables = Kinds.Variables([1f]);
        var rate = 0.1;
        var sgd = new SGD(LearningRate.From(() => rate));
        sgd.Build(variables);
        rate = double.NaN;
        AssertUnchanged(sgd, variables, () => AssertThrows("A learning rate must be a finite float32 number. Received: NaN.", () => sgd.Apply([Tensor.Ones([1])])));

        // (1 - 2)^0.5 is no number.
        var scheduled = new SGD(new ExponentialDecay(initialLearningRate: 0.1, decaySteps: 2, decayRate: -1));
        scheduled.Apply([Tensor.Ones([1])], variables);
        AssertUnchanged(scheduled, variables, () => AssertThrows("A learning rate must be a finite float32 number. Received: NaN.", () => scheduled.Apply([Tensor.Ones([1])])));
    }

    [Fact]
    public void Transaction_TakenBackInsideAnother_LeavesTheOuterOneTheFirstValue()
    {
        var w = new Variable("w", 1f);
        using (new Transaction())
        {
            using (new Transaction()) w.Assign(2f);
            Assert.Equal(1f, w.Value.Item());
            w.Assign(3f);
        }

        Assert.Equal(1f, w.Value.Item());
    }

    [Fact]
    public void FinalizeVariableValues_SecondVariableOfAnotherShape_ChangesNone()
    {
        var variables = Kinds.Variables([1f], [2f]);
        var sgd = new SGD { UseEma = true };
        sgd.Apply([Tensor.Ones([1]), Tensor.Ones([1])], variables);
        var others = Kinds.Variables([7f], [8f, 9f]);
        AssertUnchanged(sgd, others, () => AssertThrows("Variable 'layer_1/kernel' needs a value of shape (2,)", () => sgd.FinalizeVariableValues(others)));
    }

    [Fact]
    public void UpdateStep_GradientKeptForLater_KeepsItsValue()
    {
        var optimizer = new Failing();
        var w = Kinds.Variables([0f]);
        optimizer.Apply([Tensor.Full([1], 5f)], w);
        var kept = optimizer.Last!;
        optimizer.Apply([Tensor.Full([1], 6f)], w);
        Assert.Equal((5f, 6f), (kept.Item(), optimizer.Last!.Item()));
    }

    [Fact]
    public void UpdateStep_NotOverridden_ThrowsAndSaysWhatToDo()
    {
        var error = Assert.Throws<NotSupportedException>(() => new Unfinished().Apply([Tensor.Ones([1])], Kinds.Variables([1f])));
        Assert.Equal("Unfinished must override UpdateStep, or derive from RuleOptimizer.", error.Message);
    }

    [Fact]
    public void Constraint_NonNegative_IsAppliedAfterTheUpdate()
    {
        var w = new Variable("w", Tensor.From([0.5f, -3f, 2f])) { Constraint = x => Ops.Maximum(x, 0f) };
        new SGD(learningRate: 1.0).Apply([Tensor.Ones([3])], [w]);
        Assert.Equal([0f, 0f, 1f], w.ToArray());
    }

    [Fact]
    public void ClipNorm_NormBeyondFloat32_GivesNoNaNToFiniteElements()
    {
        var w = new Variable("w", Tensor.From([1f, 2f, 3f]));
        new SGD { ClipNorm = 1 }.Apply([Tensor.From([1e30f, 1f, float.PositiveInfinity])], [w]);
        Assert.Equal([1f, 2f, float.NaN], w.ToArray());
    }

    [Fact]
    public void Options_BadInThemselves_Throw()
    {
        AssertRejects("WeightDecay must be a finite number. Received: NaN.", () => new SGD { WeightDecay = double.NaN });
        AssertRejects("ClipNorm must be a finite number. Received: NaN.", () => new SGD { ClipNorm = double.NaN });
        AssertRejects("ClipValue must be a finite number. Received: Infinity.", () => new SGD { ClipValue = double.PositiveInfinity });
        AssertRejects("GlobalClipNorm must be a finite number. Received: NaN.", () => new SGD { GlobalClipNorm = double.NaN });
        AssertRejects("LossScaleFactor must be positive and finite. Received: 0.", () => new SGD { LossScaleFactor = 0 });
        AssertRejects("GradientAccumulationSteps must be an integer >= 2. Received: 1.", () => new SGD { GradientAccumulationSteps = 1 });
        AssertRejects("InitialAccumulatorValue must be a finite number. Received: NaN.", () => new Adagrad { InitialAccumulatorValue = double.NaN });
        AssertRejects("Beta1 must be in [0, 1). Received: 1.", () => new Adam { Beta1 = 1 });
        AssertRejects("Beta2 must be in [0, 1). Received: -0.1.", () => new Nadam { Beta2 = -0.1 });
        AssertRejects("Rho must be in [0, 1). Received: NaN.", () => new Adadelta { Rho = double.NaN });
        AssertRejects("Epsilon must be zero or more. Received: -1.", () => new RMSprop { Epsilon = -1 });
        AssertRejects("Epsilon must be a finite number. Received: Infinity.", () => new RMSprop { Epsilon = double.PositiveInfinity });
        AssertRejects("Momentum must be in [0, 1]. Received: 1.5.", () => new SGD { Momentum = 1.5 });
        AssertRejects("An optimizer's name must not be empty.", () => new SGD { Name = "" });
        AssertRejects("A learning rate must be a finite float32 number. Received: 1E+300.", () => new SGD(learningRate: 1e300));
    }

    [Fact]
    public void GetConfig_RateFromAFunction_Throws()
    {
        var error = Assert.Throws<InvalidOperationException>(() => new SGD(LearningRate.From(() => 0.1)).GetConfig());
        Assert.Equal("The learning rate of 'sgd' comes from a function, which a config cannot hold. Use a LearningRateSchedule instead.", error.Message);
    }

    private static void AssertThrows(string message, Action action) =>
        Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);

    private static void AssertRejects(string message, Func<Optimizer> make) => AssertThrows(message, () => _ = make());

    private static void AssertUnchanged(Optimizer optimizer, Variable[] variables, Action action)
    {
        var before = Kinds.Snapshot(variables, optimizer.Variables);
        action();
        Assert.Equal(before, Kinds.Snapshot(variables, optimizer.Variables));
    }

    /// <summary>Gradient descent with state, which can fail half-way.</summary>
    private sealed class Failing() : Optimizer(0.5)
    {
        private readonly List<Variable> _counts = [];

        public Variable? FailsAt { get; set; }

        public Tensor? Last { get; private set; }

        public override void Build(IReadOnlyList<Variable> variables)
        {
            base.Build(variables);
            foreach (var variable in variables) _counts.Add(AddVariableFromReference(variable, "count"));
        }

        public override void UpdateStep(Tensor gradient, Variable variable, double learningRate)
        {
            Last = gradient;
            AssignAdd(_counts[GetVariableIndex(variable)], 1f);
            AssignSub(variable, (float)learningRate * gradient);
            if (variable == FailsAt) throw new DivideByZeroException();
        }

        public override JsonObject GetConfig() => base.GetConfig();
    }

    /// <summary>Gradient descent by a rule, which can fail in four ways.</summary>
    private sealed class FailingRule() : RuleOptimizer(0.5)
    {
        public int? Way { get; set; }

        protected override void BuildSlots() => AddSlots(["unused"]);

        protected override void Update(RuleRunner runner, double learningRate, int step)
        {
            if (Way == 0) throw new InvalidOperationException("before");
            if (Way != 3) runner.Run(new SGDRule((float)learningRate));
            if (Way == 1) throw new InvalidOperationException("after");
            if (Way == 2) runner.Run(new SGDRule((float)learningRate));
        }
    }

    private sealed class Unfinished() : Optimizer(0.1);
}
