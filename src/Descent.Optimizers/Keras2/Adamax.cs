using System.Text.Json.Nodes;
using Descent.Optimizers.Legacy;

namespace Descent.Optimizers.Keras2;

/// <summary>Adamax of Keras 2.3.1: Adam with the largest gradient of the recent past in place of the mean square.</summary>
/// <inheritdoc cref="LegacyAdamax" path="/remarks"/>
/// <example><code>
/// var adamax = new Keras2.Adamax(lr: 0.002) { Beta1 = 0.9, Beta2 = 0.999 };
/// </code></example>
/// <inheritdoc cref="LegacyAdamax" path="/seealso"/>
public sealed class Adamax : LegacyAdamax
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">The learning rate. Default 0.002.</param>
    /// <param name="lr">Its old name, which wins if both are given.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is NaN or infinite.</exception>
    public Adamax(double? learningRate = null, double? lr = null)
        : base(KerasVersion.Keras2, lr ?? learningRate ?? DefaultLr)
    {
    }

    private Adamax(ConfigReader reader)
        : base(KerasVersion.Keras2, reader)
    {
    }

    /// <summary>Makes the optimizer from what <see cref="Optimizer.GetConfig"/> returned, or from the arguments of Keras 2.3.1.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Adamax FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Adamax(reader), "Adamax of Keras 2");
}
