using System.Text.Json.Nodes;
using Descent.Optimizers.Legacy;

namespace Descent.Optimizers.Keras2;

/// <summary>RMSprop of Keras 2.3.1, which divides the gradient by a running root of its mean square.</summary>
/// <inheritdoc cref="LegacyRMSprop" path="/remarks"/>
/// <example><code>
/// var rmsprop = new Keras2.RMSprop(lr: 0.001) { Rho = 0.9 };
/// </code></example>
/// <inheritdoc cref="LegacyRMSprop" path="/seealso"/>
public sealed class RMSprop : LegacyRMSprop
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">The learning rate. Default 0.001.</param>
    /// <param name="lr">Its old name, which wins if both are given.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is NaN or infinite.</exception>
    public RMSprop(double? learningRate = null, double? lr = null)
        : base(KerasVersion.Keras2, lr ?? learningRate ?? DefaultLr)
    {
    }

    private RMSprop(ConfigReader reader)
        : base(KerasVersion.Keras2, reader)
    {
    }

    /// <summary>Makes the optimizer from what <see cref="Optimizer.GetConfig"/> returned, or from the arguments of Keras 2.3.1.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static RMSprop FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new RMSprop(reader), "RMSprop of Keras 2");
}
