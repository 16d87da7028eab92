using System.Text.Json.Nodes;
using Descent.Optimizers.Legacy;

namespace Descent.Optimizers.Keras1;

/// <summary>Adam of Keras 1.2.2, which steps by the mean of the gradient over the root of its mean square.</summary>
/// <inheritdoc cref="LegacyAdam" path="/remarks"/>
/// <example><code>
/// var adam = new Keras1.Adam(lr: 0.001) { Beta1 = 0.9, Beta2 = 0.999 };
/// </code></example>
/// <inheritdoc cref="LegacyAdam" path="/seealso"/>
public sealed class Adam : LegacyAdam
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="lr">The learning rate. Default 0.001.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is NaN or infinite.</exception>
    public Adam(double lr = DefaultLr)
        : base(KerasVersion.Keras1, lr)
    {
    }

    private Adam(ConfigReader reader)
        : base(KerasVersion.Keras1, reader)
    {
    }

    /// <summary>Makes the optimizer from what <see cref="Optimizer.GetConfig"/> returned, or from the arguments of Keras 1.2.2.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Adam FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Adam(reader), "Adam of Keras 1");
}
