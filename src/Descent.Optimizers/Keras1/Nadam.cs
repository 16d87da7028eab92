using System.Text.Json.Nodes;
using Descent.Optimizers.Legacy;

namespace Descent.Optimizers.Keras1;

/// <summary>Nadam of Keras 1.2.2: Adam with Nesterov momentum.</summary>
/// <inheritdoc cref="LegacyNadam" path="/remarks"/>
/// <example><code>
/// var nadam = new Keras1.Nadam(lr: 0.002) { ScheduleDecay = 0.004 };
/// </code></example>
/// <inheritdoc cref="LegacyNadam" path="/seealso"/>
public sealed class Nadam : LegacyNadam
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="lr">The learning rate. Default 0.002.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is NaN or infinite.</exception>
    public Nadam(double lr = DefaultLr)
        : base(KerasVersion.Keras1, lr)
    {
    }

    private Nadam(ConfigReader reader)
        : base(KerasVersion.Keras1, reader)
    {
    }

    /// <summary>Makes the optimizer from what <see cref="Optimizer.GetConfig"/> returned, or from the arguments of Keras 1.2.2.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Nadam FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Nadam(reader), "Nadam of Keras 1");
}
