using System.Text.Json.Nodes;
using Descent.Optimizers.Legacy;

namespace Descent.Optimizers.Keras2;

/// <summary>Gradient descent of Keras 2.3.1, with momentum if wanted.</summary>
/// <inheritdoc cref="LegacySGD" path="/remarks"/>
/// <example><code>
/// var sgd = new Keras2.SGD(lr: 0.01) { Decay = 1e-6, Momentum = 0.9, Nesterov = true };
/// </code></example>
/// <inheritdoc cref="LegacySGD" path="/seealso"/>
public sealed class SGD : LegacySGD
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">The learning rate. Default 0.01.</param>
    /// <param name="lr">Its old name, which wins if both are given.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is NaN or infinite.</exception>
    public SGD(double? learningRate = null, double? lr = null)
        : base(KerasVersion.Keras2, lr ?? learningRate ?? DefaultLr)
    {
    }

    private SGD(ConfigReader reader)
        : base(KerasVersion.Keras2, reader)
    {
    }

    /// <summary>Makes the optimizer from what <see cref="Optimizer.GetConfig"/> returned, or from the arguments of Keras 2.3.1.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static SGD FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new SGD(reader), "SGD of Keras 2");
}
