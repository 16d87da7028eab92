using System.Text.Json.Nodes;
using Descent.Optimizers.Legacy;

namespace Descent.Optimizers.Keras1;

/// <summary>RMSprop of Keras 1.2.2, which divides the gradient by a running root of its mean square.</summary>
/// <inheritdoc cref="LegacyRMSprop" path="/remarks"/>
/// <example><code>
/// var rmsprop = new Keras1.RMSprop(lr: 0.001) { Rho = 0.9 };
/// </code></example>
/// <inheritdoc cref="LegacyRMSprop" path="/seealso"/>
public sealed class RMSprop : LegacyRMSprop
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="lr">The learning rate. Default 0.001.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is NaN or infinite.</exception>
    public RMSprop(double lr = DefaultLr)
        : base(KerasVersion.Keras1, lr)
    {
    }

    private RMSprop(ConfigReader reader)
        : base(KerasVersion.Keras1, reader)
    {
    }

    private protected override bool ListsIterations => false;

    /// <summary>Makes the optimizer from what <see cref="Optimizer.GetConfig"/> returned, or from the arguments of Keras 1.2.2.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static RMSprop FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new RMSprop(reader), "RMSprop of Keras 1");
}
