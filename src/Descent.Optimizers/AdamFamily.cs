using System.Text.Json.Nodes;

namespace Descent.Optimizers;

/// <summary>What Adam and its relatives have in common: two running means of the gradient, and the options that govern them.</summary>
public abstract class AdamFamily : RuleOptimizer
{
    private protected const double DefaultLearningRate = 0.001;

    private protected AdamFamily(LearningRate? learningRate)
        : base(learningRate ?? DefaultLearningRate)
    {
    }

    private protected AdamFamily(ConfigReader reader, double learningRate = DefaultLearningRate)
        : base(reader, learningRate)
    {
        Beta1 = reader.Double("beta_1", Beta1);
        Beta2 = reader.Double("beta_2", Beta2);
        Epsilon = reader.Double("epsilon", Epsilon);
    }

    /// <summary>How much of the mean of the gradient stays at each step, in [0, 1). Default 0.9.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1).</exception>
    public double Beta1
    {
        get;
        init => field = Check.UnitIntervalOpenAtOne(value, nameof(Beta1));
    } = 0.9;

    /// <summary>How much of the mean square of the gradient (of its largest value in <see cref="Adamax"/>) stays at each step, in [0, 1). Default 0.999.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1).</exception>
    public double Beta2
    {
        get;
        init => field = Check.UnitIntervalOpenAtOne(value, nameof(Beta2));
    } = 0.999;

    /// <summary>Added to the divisor, zero or more. Default 1e-7; the paper has 1e-8.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Epsilon
    {
        get;
        init => field = Check.NotNegative(value, nameof(Epsilon));
    } = 1e-7;

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["beta_1"] = KerasJson.Float(Beta1);
        config["beta_2"] = KerasJson.Float(Beta2);
        config["epsilon"] = KerasJson.Float(Epsilon);
        return config;
    }
}
