using System.Text.Json.Nodes;

namespace Descent.Constraints;

/// <summary>
/// Moves the lengths of vectors towards an interval: <c>w · (rate · clip(‖w‖, min, max) + (1 - rate) · ‖w‖) / (‖w‖ + ε)</c>.
/// </summary>
public sealed class MinMaxNorm : NormConstraint
{
    /// <summary>Creates the constraint.</summary>
    /// <param name="minValue">The least norm, 0 or more; default 0.</param>
    /// <param name="maxValue">The greatest norm, at least the least; default 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A norm is negative or not finite, or they are in the wrong order.</exception>
    public MinMaxNorm(double minValue = 0.0, double maxValue = 1.0) => (MinValue, MaxValue) = Interval(minValue, maxValue);

    private MinMaxNorm(ConfigReader reader)
        : base(reader)
    {
        (MinValue, MaxValue) = Interval(reader.Double("min_value", 0.0), reader.Double("max_value", 1.0));
        Rate = reader.Double("rate", Rate);
    }

    /// <summary>The least norm.</summary>
    public double MinValue { get; }

    /// <summary>The greatest norm.</summary>
    public double MaxValue { get; }

    /// <summary>How far a norm outside moves towards the interval in one step, in [0, 1]; default 1: all the way.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value lies outside [0, 1].</exception>
    public double Rate
    {
        get;
        init => field = Check.UnitInterval(value, nameof(Rate));
    }
    = 1.0;

    private protected override Tensor Desired(Tensor norms)
        => (float)Rate * Ops.Clip(norms, (float)MinValue, (float)MaxValue) + (float)(1 - Rate) * norms;

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["min_value"] = KerasJson.Float(MinValue);
        config["max_value"] = KerasJson.Float(MaxValue);
        config["rate"] = KerasJson.Float(Rate);
        return config;
    }

    /// <summary>Makes the constraint from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new constraint.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static MinMaxNorm FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new MinMaxNorm(reader));

    private static (double Min, double Max) Interval(double minValue, double maxValue)
        => Check.Ordered(Check.NotNegative(minValue, nameof(MinValue)), nameof(MinValue), Check.NotNegative(maxValue, nameof(MaxValue)), nameof(MaxValue));
}
