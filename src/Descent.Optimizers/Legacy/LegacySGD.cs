using System.Text.Json.Nodes;

namespace Descent.Optimizers.Legacy;

/// <summary>Gradient descent of Keras 1 and 2, with momentum if wanted.</summary>
/// <remarks>
/// <code>
/// m = momentum · m - learningRate · g
/// w += m                                    Nesterov: w += momentum · m - learningRate · g
/// </code>
/// </remarks>
/// <seealso href="http://www.cs.toronto.edu/~fritz/absps/momentum.pdf">On the importance of initialization and momentum in deep learning (2013)</seealso>
public abstract class LegacySGD : LegacyOptimizer
{
    private protected const double DefaultLr = 0.01;

    private protected LegacySGD(KerasVersion version, double lr)
        : base(version, lr)
    {
    }

    private protected LegacySGD(KerasVersion version, ConfigReader reader)
        : base(version, reader, DefaultLr)
    {
        Momentum = reader.Double("momentum", Momentum);
        Nesterov = reader.Bool("nesterov", Nesterov);
    }

    /// <summary>The share of the last update that the next one keeps. Default 0: none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double Momentum
    {
        get;
        init => field = Check.Finite(value, nameof(Momentum));
    }

    /// <summary>Whether the momentum looks ahead (Nesterov). Default: no.</summary>
    public bool Nesterov { get; init; }

    /// <inheritdoc/>
    protected sealed override void BuildSlots() => AddSlots(["moment"]);

    /// <inheritdoc/>
    protected sealed override void Update(RuleRunner runner, double learningRate, int step) =>
        runner.Run(new MomentumRule((float)learningRate, (float)Momentum, Nesterov));

    /// <inheritdoc/>
    public sealed override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["momentum"] = KerasJson.Float32(Momentum);
        config["nesterov"] = Nesterov;
        return config;
    }
}
