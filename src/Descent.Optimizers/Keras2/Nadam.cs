using System.Text.Json.Nodes;
using Descent.Optimizers.Legacy;

namespace Descent.Optimizers.Keras2;

/// <summary>Nadam of Keras 2.3.1: Adam with Nesterov momentum.</summary>
/// <inheritdoc cref="LegacyNadam" path="/remarks"/>
/// <example><code>
/// var nadam = new Keras2.Nadam(lr: 0.002) { ScheduleDecay = 0.004 };
/// </code></example>
/// <inheritdoc cref="LegacyNadam" path="/seealso"/>
public sealed class Nadam : LegacyNadam
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">The learning rate. Default 0.002.</param>
    /// <param name="lr">Its old name, which wins if both are given.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is NaN or infinite.</exception>
    public Nadam(double? learningRate = null, double? lr = null)
        : base(KerasVersion.Keras2, lr ?? learningRate ?? DefaultLr)
    {
    }

    private Nadam(ConfigReader reader)
        : base(KerasVersion.Keras2, reader)
    {
    }

    /// <summary>Makes the optimizer from what <see cref="Optimizer.GetConfig"/> returned, or from the arguments of Keras 2.3.1.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Nadam FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Nadam(reader), "Nadam of Keras 2");
}
