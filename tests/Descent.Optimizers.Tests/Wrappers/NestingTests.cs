using System.Text.Json.Nodes;
using Descent.Optimizers;

namespace Descent.Tests.Wrappers;

/// <summary>What may stand inside what, that each allowed order gives the numbers computed by hand, and that all of it is saved.</summary>
public class NestingTests
{
    private const int Steps = 13;
    private const double Rate = 0.1, Rho = 0.25, Alpha = 0.5;
    private const int Sync = 3, Start = 4, Period = 2;

    // L: Lookahead, A: averaging, S: sharpness-aware, M: a MultiOptimizer of one group, X: a LossScaleOptimizer; the innermost last, around SGD.
    public static TheoryData<string> Orders()
    {
        string[] some = ["L", "A", "S", "M", "LA", "AL", "LS", "SL", "AS", "SA", "LM", "ML", "MS", "SM", "MA", "AM"];
        string[] three = ["LAS", "LSA", "ALS", "ASL", "SLA", "SAL", "LMA", "AML", "MLS", "LASM", "MALS"];
        return [.. some, .. three, .. some.Concat(three).Append("").Select(order => "X" + order)];
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void Nest_OfAnyOrder_GivesTheNumbersComputedByHand(string order)
    {
        var optimizer = Wrap(order, new SGD(Rate));
        Variable[] variables = [new("a", Tensor.From([1f, -2f])), new("b", Tensor.From([0.5f]))];
        var hand = new Hand(order, [1, -2, 0.5]);
        optimizer.Build(variables);
        for (var step = 0; step < Steps; step++)
        {
            var gradients = Gradients();
            using (optimizer.PerturbWeights(gradients, variables))
                if (order.Contains('S', StringComparison.Ordinal)) gradients = Gradients();
            optimizer.Apply(gradients, variables);
            hand.Step();
            AssertHand();
        }

        optimizer.FinalizeVariableValues(variables);
        hand.End();
        AssertHand();

        // Of ½ w² and, so that averages and perturbations matter, a quarter of the fourth power.
        Tensor?[] Gradients() => [.. variables.Select(v => optimizer.ScaleLoss(v + v * v * v))];

        void AssertHand() => Golden.AssertClose([.. hand.Weights.Select(w => (float)w)], [.. variables.SelectMany(v => v.ToArray())], 2e-6);
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void Nest_SavedAndRestored_ContinuesBitForBit(string order)
    {
        var optimizer = Wrap(order, new Adam(Rate) { UseEma = true });
        var variables = Kinds.Variables(Kinds.Numbers(7), Kinds.Numbers(3, 2));
        Run(optimizer, variables, 5);

        var json = JsonNode.Parse(optimizer.Serialize().ToJsonString())!.AsObject();
        var restored = Optimizer.Deserialize(json);
        Golden.AssertSameJson(json, restored.Serialize());
        var copies = variables.Select(v => new Variable(v.Path, v)).ToArray();
        restored.Build(copies);
        restored.LoadState(optimizer.Variables);
        Assert.Equal(optimizer.Variables.Count, optimizer.Variables.Select(v => v.Path).Distinct().Count());
        Run(optimizer, variables, 6);
        Run(restored, copies, 6);
        Kinds.AssertSameBits(variables, copies);
        Kinds.AssertSameBits(optimizer.Variables, restored.Variables);

        static void Run(Optimizer optimizer, Variable[] variables, int steps)
        {
            for (var step = 0; step < steps; step++) optimizer.Apply([.. variables.Select(v => v.Value)], variables);
        }
    }

    [Fact]
    public void Config_OfEveryOption_MakesTheSameWrapper()
    {
        Optimizer[] wrappers =
        [
            new Lookahead(new SGD { ClipNorm = 1 }) { Name = "a", SyncPeriod = 5, SlowStepSize = 0.8 },
            new SharpnessAwareMinimization(new SGD()) { Name = "b", Rho = 0.5, Adaptive = true, Eta = 0.125 },
            new StochasticWeightAveraging(new SGD()) { Name = "c", StartStep = 7, Period = 3 },
            new LossScaleOptimizer(new SGD()) { Name = "d", InitialScale = 4, DynamicGrowthSteps = 3 },
            new MultiOptimizer(new OptimizerMap(new SGD()) { ["a"] = new Adam() }) { Name = "e", LossScaleFactor = 4 },
        ];
        string[] configs =
        [
            """{"name":"a","sync_period":5,"slow_step_size":0.8}""",
            """{"name":"b","rho":0.5,"adaptive":true,"eta":0.125}""",
            """{"name":"c","start_step":7,"period":3}""",
            """{"name":"d","initial_scale":4.0,"dynamic_growth_steps":3}""",
            """{"name":"e","loss_scale_factor":4.0}""",
        ];
        foreach (var (wrapper, config) in wrappers.Zip(configs))
        {
            var json = JsonNode.Parse(wrapper.Serialize().ToJsonString())!.AsObject();
            Golden.AssertSameJson(json, Optimizer.Deserialize(json).Serialize());
            var own = json["config"]!.AsObject();
            own.Remove("inner_optimizer");
            own.Remove("optimizer_map");
            Golden.AssertSameJson(JsonNode.Parse(config), own);
            var name = wrapper.GetType().Name;
            Assert.Equal(wrapper is LossScaleOptimizer or MultiOptimizer ? null : "Descent>" + name, (string?)json["registered_name"]);
        }
    }

    [Fact]
    public void Constructor_OptimizerThatIsTaken_ThrowsAndChangesNothing()
    {
        var sgd = new SGD();
        var first = new Lookahead(sgd);
        foreach (var wrap in Wraps(sgd))
            AssertThrows("An optimizer can be wrapped once. Received: 'sgd', which belongs to 'lookahead' already. Create another one for", wrap);
        AssertThrows("An optimizer can be wrapped once. Received: 'sgd'", () => _ = new MultiOptimizer(new OptimizerMap(new Adam()) { ["a"] = sgd }));

        var built = new SGD();
        built.Build([new Variable("w", 1f)]);
        foreach (var wrap in Wraps(built))
            AssertThrows("An optimizer must be wrapped before it is built. Received: 'sgd', built on 1 variable(s).", wrap);
        first.Apply([Tensor.Scalar(1f)], [new Variable("w", 1f)]);
        built.Apply([Tensor.Scalar(1f)]);
        Assert.Equal((1, 1), (sgd.Iterations, built.Iterations));

        // None of a map's optimizers is taken if one of them cannot be.
        var free = new Adam();
        AssertThrows("An optimizer can be wrapped once. Received: 'sgd'", () => _ = new MultiOptimizer(new OptimizerMap(sgd) { ["a"] = free }));
        _ = new Lookahead(free);

        static Action[] Wraps(Optimizer inner) =>
        [
            () => _ = new Lookahead(inner), () => _ = new SharpnessAwareMinimization(inner), () => _ = new StochasticWeightAveraging(inner),
            () => _ = new LossScaleOptimizer(inner), () => _ = new MultiOptimizer(new OptimizerMap(inner)), () => new MultiOptimizer(_ => inner).Build([new Variable("v", 1f)]),
        ];
    }

    [Theory]
    [InlineData("LL", "The inner optimizer of a Lookahead must be another kind of optimizer. Received: a Lookahead.")]
    [InlineData("LAL", "The inner optimizer of a Lookahead must be another kind of optimizer. Received: a Lookahead inside of 'stochastic_weight_averaging'.")]
    [InlineData("LML", "The inner optimizer of a Lookahead must be another kind of optimizer. Received: a Lookahead inside of 'multi_optimizer'.")]
    [InlineData("XX", "The inner optimizer of a LossScaleOptimizer must be another kind of optimizer. Received: a LossScaleOptimizer.")]
    [InlineData("LX", "A LossScaleOptimizer must be the outermost optimizer. Received: one inside of a Lookahead. Wrap the Lookahead in it instead.")]
    [InlineData("MM", "An optimizer inside of a MultiOptimizer must not be, or wrap, a MultiOptimizer. Received: 'multi_optimizer', a MultiOptimizer. Use one map for all variables.")]
    [InlineData("MLM", "An optimizer inside of a MultiOptimizer must not be, or wrap, a MultiOptimizer. Received: 'lookahead', a Lookahead. Use one map for all variables.")]
    [InlineData("MX", "An optimizer inside of a MultiOptimizer must not be, or wrap, a LossScaleOptimizer. Received: 'loss_scale_optimizer', a LossScaleOptimizer. Wrap the MultiOptimizer in it instead.")]
    public void Constructor_WhatCannotStandInside_Throws(string order, string message) => AssertThrows(message, () => Wrap(order, new SGD()));

    [Theory]
    [InlineData("L")]
    [InlineData("S")]
    [InlineData("A")]
    public void Options_OfAWrapper_AreRefused(string order)
    {
        Variable[] w = [new("w", 1f)];
        var name = Wrap(order, new SGD()).GetType().Name;
        var excluding = Wrap(order, new SGD());
        excluding.ExcludeFromWeightDecay(names: ["w"]);
        AssertThrows($"Options of {name} must be left to the inner optimizer. Received: ExcludeFromWeightDecay. Set it there.", () => excluding.Build(w));
        AssertThrows("Received: ClipNorm, UseEma. Set it there.", () => new Lookahead(new SGD()) { ClipNorm = 1, UseEma = true }.GetConfig());
        AssertThrows("Received: ParameterGroups. Set it there.", () => new Lookahead(new SGD()) { ParameterGroups = [new("w")] }.Serialize());
        var json = Wrap(order, new SGD()).Serialize();
        json["config"]!["learning_rate"] = 0.1;
        AssertThrows($"Argument(s) not recognized: 'learning_rate'. {name} knows: 'inner_optimizer', 'name'", () => Optimizer.Deserialize(json));
        json["config"]!.AsObject().Remove("inner_optimizer");
        AssertThrows($"{name} must be given the argument 'inner_optimizer'.", () => Optimizer.Deserialize(json));
    }

    [Fact]
    public void Options_OutOfRange_Throw()
    {
        AssertThrows("SyncPeriod must be 1 or more. Received: 0.", () => _ = new Lookahead(new SGD()) { SyncPeriod = 0 });
        AssertThrows("SlowStepSize must be in [0, 1]. Received: 1.5.", () => _ = new Lookahead(new SGD()) { SlowStepSize = 1.5 });
        AssertThrows("Rho must be zero or more. Received: -1.", () => _ = new SharpnessAwareMinimization(new SGD()) { Rho = -1 });
        AssertThrows("Eta must be a finite number. Received: NaN.", () => _ = new SharpnessAwareMinimization(new SGD()) { Eta = double.NaN });
        AssertThrows("StartStep must be 0 or more. Received: -1.", () => _ = new StochasticWeightAveraging(new SGD()) { StartStep = -1 });
        AssertThrows("Period must be 1 or more. Received: 0.", () => _ = new StochasticWeightAveraging(new SGD()) { Period = 0 });
    }

    [Fact]
    public void LearningRate_OfANest_IsThatOfTheInnermost()
    {
        var optimizer = Wrap("XLAS", new SGD(0.5));
        Assert.Equal(0.5, optimizer.LearningRate.Value);
        optimizer.LearningRate = 0.25;
        Assert.Equal(0.25, optimizer.LearningRate.Value);
        optimizer.Build(Kinds.Variables([1f]));
        Assert.Equal(
            [
                "loss_scale_optimizer/iteration", "loss_scale_optimizer/learning_rate", "loss_scale_optimizer/step_counter", "loss_scale_optimizer/dynamic_scale",
                "lookahead/iteration", "lookahead/learning_rate", "loss_scale_optimizer/lookahead/layer_0_kernel_slow",
                "stochastic_weight_averaging/iteration", "stochastic_weight_averaging/learning_rate", "loss_scale_optimizer/lookahead/stochastic_weight_averaging/count",
                "loss_scale_optimizer/lookahead/stochastic_weight_averaging/layer_0_kernel_mean",
                "sharpness_aware_minimization/iteration", "sharpness_aware_minimization/learning_rate", "sgd/iteration", "sgd/learning_rate",
            ],
            optimizer.Variables.Select(v => v.Path));
    }

    private static Optimizer Wrap(string order, Optimizer inner)
    {
        foreach (var wrapper in order.Reverse())
        {
            inner = wrapper switch
            {
                'L' => new Lookahead(inner) { SyncPeriod = Sync, SlowStepSize = Alpha },
                'A' => new StochasticWeightAveraging(inner) { StartStep = Start, Period = Period },
                'S' => new SharpnessAwareMinimization(inner) { Rho = Rho },
                'M' => new MultiOptimizer(new OptimizerMap(inner)),
                _ => new LossScaleOptimizer(inner) { InitialScale = 64, DynamicGrowthSteps = 4 },
            };
        }

        return inner;
    }

    private static void AssertThrows(string message, Action action) =>
        Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);

    /// <summary>The papers' formulas in double, in the order of a nest.</summary>
    private sealed class Hand(string order, double[] weights)
    {
        private readonly double[] _slow = [.. weights];
        private readonly List<double[]> _seen = [];
        private int _update;

        public double[] Weights { get; private set; } = [.. weights];

        public void Step()
        {
            var g = Gradient(Weights);
            if (order.Contains('S', StringComparison.Ordinal))
            {
                var norm = Math.Sqrt(g.Sum(x => x * x));
                g = Gradient([.. Weights.Zip(g, (w, x) => w + Rho * x / norm)]);
            }

            _update++;
            Weights = [.. Weights.Zip(g, (w, x) => w - Rate * x)];
            foreach (var wrapper in order.Reverse())
            {
                if (wrapper == 'L' && _update % Sync == 0)
                {
                    for (var i = 0; i < _slow.Length; i++) _slow[i] += Alpha * (Weights[i] - _slow[i]);
                    Weights = [.. _slow];
                }

                if (wrapper == 'A' && _update is 4 or 6 or 8 or 10 or 12) _seen.Add(Weights);
            }
        }

        public void End()
        {
            if (_seen.Count > 0) Weights = [.. Weights.Select((_, i) => _seen.Average(w => w[i]))];
        }

        private static double[] Gradient(double[] w) => [.. w.Select(x => x + x * x * x)];
    }
}
