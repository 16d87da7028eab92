using System.Text.Json.Nodes;

namespace Descent.Optimizers.Legacy;

/// <summary>The optimizers of Keras 1 and 2 that divide the gradient by a measure of its size: all but SGD.</summary>
public abstract class LegacyAdaptive : LegacyOptimizer
{
    private const double BackendEpsilon = 1e-7;

    private protected LegacyAdaptive(KerasVersion version, double lr)
        : base(version, lr) => Epsilon = version == KerasVersion.Keras1 ? 1e-8 : BackendEpsilon;

    private protected LegacyAdaptive(KerasVersion version, ConfigReader reader, double lr)
        : base(version, reader, lr) => Epsilon = reader.NullableDouble("epsilon", version == KerasVersion.Keras1 ? 1e-8 : BackendEpsilon);

    /// <summary>Keeps the divisor from 0; zero or more. Default 1e-8 in Keras 1 and 1e-7 in Keras 2; <see langword="null"/> means 1e-7, the epsilon of Keras' backends.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double? Epsilon
    {
        get;
        init => field = value is { } given ? Check.NotNegative(given, nameof(Epsilon)) : null;
    }

    /// <summary>The epsilon of the formula.</summary>
    private protected double UsedEpsilon => Epsilon ?? BackendEpsilon;

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["epsilon"] = KerasJson.Float(Epsilon);
        return config;
    }
}
