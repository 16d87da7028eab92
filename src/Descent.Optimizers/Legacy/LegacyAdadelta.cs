using System.Text.Json.Nodes;

namespace Descent.Optimizers.Legacy;

/// <summary>Adadelta of Keras 1 and 2: Adagrad over a window, with steps in the units of the weights.</summary>
/// <remarks>
/// <code>
/// a = rho · a + (1 - rho) · g²
/// Δ = -√(d + epsilon) / √(a + epsilon) · g
/// d = rho · d + (1 - rho) · Δ²
/// w += learningRate · Δ                            the rate is the paper's 1; Keras 3: 0.001
/// </code>
/// </remarks>
/// <seealso href="https://arxiv.org/abs/1212.5701">ADADELTA: An Adaptive Learning Rate Method (2012)</seealso>
public abstract class LegacyAdadelta : LegacyAdaptive
{
    private protected const double DefaultLr = 1;

    private protected LegacyAdadelta(KerasVersion version, double lr)
        : base(version, lr)
    {
    }

    private protected LegacyAdadelta(KerasVersion version, ConfigReader reader)
        : base(version, reader, DefaultLr) => Rho = reader.Double("rho", Rho);

    /// <summary>How much of the old means stays at each step, in [0, 1). Default 0.95.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1).</exception>
    public double Rho
    {
        get;
        init => field = Check.UnitIntervalOpenAtOne(value, nameof(Rho));
    } = 0.95;

    /// <inheritdoc/>
    protected sealed override void BuildSlots()
    {
        AddSlots(["accumulator"]);
        AddSlots(["delta_accumulator"]);
    }

    /// <inheritdoc/>
    protected sealed override void Update(RuleRunner runner, double learningRate, int step) =>
        runner.Run(new AdadeltaRule((float)learningRate, (float)Rho, (float)(1 - Rho), (float)UsedEpsilon));

    /// <inheritdoc/>
    public sealed override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["rho"] = KerasJson.Float(Rho); // unlike that of RMSprop, it is no float32 in Keras
        return config;
    }
}
