using System.Text.Json.Nodes;
using Descent.Optimizers.Legacy;

namespace Descent.Optimizers.Keras1;

/// <summary>Gradient descent of Keras 1.2.2, with momentum if wanted.</summary>
/// <inheritdoc cref="LegacySGD" path="/remarks"/>
/// <example><code>
/// var sgd = new Keras1.SGD(lr: 0.01) { Decay = 1e-6, Momentum = 0.9, Nesterov = true };
/// </code></example>
/// <inheritdoc cref="LegacySGD" path="/seealso"/>
public sealed class SGD : LegacySGD
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="lr">The learning rate. Default 0.01.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is NaN or infinite.</exception>
    public SGD(double lr = DefaultLr)
        : base(KerasVersion.Keras1, lr)
    {
    }

    private SGD(ConfigReader reader)
        : base(KerasVersion.Keras1, reader)
    {
    }

    /// <summary>Makes the optimizer from what <see cref="Optimizer.GetConfig"/> returned, or from the arguments of Keras 1.2.2.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static SGD FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new SGD(reader), "SGD of Keras 1");
}
