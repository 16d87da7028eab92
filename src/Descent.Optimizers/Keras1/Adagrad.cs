using System.Text.Json.Nodes;
using Descent.Optimizers.Legacy;

namespace Descent.Optimizers.Keras1;

/// <summary>Adagrad of Keras 1.2.2, which divides the gradient by the root of the sum of its squares so far.</summary>
/// <inheritdoc cref="LegacyAdagrad" path="/remarks"/>
/// <example><code>
/// var adagrad = new Keras1.Adagrad(lr: 0.01) { Decay = 1e-4 };
/// </code></example>
/// <inheritdoc cref="LegacyAdagrad" path="/seealso"/>
public sealed class Adagrad : LegacyAdagrad
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="lr">The learning rate. Default 0.01.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is NaN or infinite.</exception>
    public Adagrad(double lr = DefaultLr)
        : base(KerasVersion.Keras1, lr)
    {
    }

    private Adagrad(ConfigReader reader)
        : base(KerasVersion.Keras1, reader)
    {
    }

    private protected override bool ListsIterations => false;

    /// <summary>Makes the optimizer from what <see cref="Optimizer.GetConfig"/> returned, or from the arguments of Keras 1.2.2.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Adagrad FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Adagrad(reader), "Adagrad of Keras 1");
}
