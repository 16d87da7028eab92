using System.Text.Json.Nodes;
using Descent;
using Descent.Optimizers;

namespace CustomOptimizer;

/// <summary>Steps of one size in the direction of the momentum's sign (https://arxiv.org/abs/1802.04434), as a rule over lanes.</summary>
public sealed class Signum : RuleOptimizer
{
    public Signum(LearningRate? learningRate = null)
        : base(learningRate ?? 0.01)
    {
    }

    private Signum(JsonObject config)
        : base(config)
        => Beta = config["beta"]!.GetValue<double>();

    public double Beta { get; init; } = 0.9;

    protected override void BuildSlots() => AddSlots(["momentum"]);

    protected override void Update(RuleRunner runner, double learningRate, int step) =>
        runner.Run(new SignumRule((float)learningRate, (float)(1 - Beta)));

    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["beta"] = Beta;
        return config;
    }

    public static Signum FromConfig(JsonObject config) => new(config);
}

/// <summary><c>m += (g - m) · (1 - beta);  w -= learningRate · sign(m)</c>, the sign of 0 being 0.</summary>
public readonly struct SignumRule(float learningRate, float oneMinusBeta) : IUpdateRule
{
    public void Update<L>(ref L w, L g, ref L m, ref L s1, ref L s2) where L : struct, ILane<L>
    {
        m += (g - m) * L.Create(oneMinusBeta);
        var zero = L.Create(0);
        w -= L.Select(L.Equal(m, zero), zero, L.CopySign(L.Create(learningRate), m));
    }
}
