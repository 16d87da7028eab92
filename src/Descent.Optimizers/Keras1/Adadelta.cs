using System.Text.Json.Nodes;
using Descent.Optimizers.Legacy;

namespace Descent.Optimizers.Keras1;

/// <summary>Adadelta of Keras 1.2.2: Adagrad over a window, with steps in the units of the weights.</summary>
/// <inheritdoc cref="LegacyAdadelta" path="/remarks"/>
/// <example><code>
/// var adadelta = new Keras1.Adadelta(lr: 1.0) { Rho = 0.95 };
/// </code></example>
/// <inheritdoc cref="LegacyAdadelta" path="/seealso"/>
public sealed class Adadelta : LegacyAdadelta
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="lr">The learning rate. Default 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is NaN or infinite.</exception>
    public Adadelta(double lr = DefaultLr)
        : base(KerasVersion.Keras1, lr)
    {
    }

    private Adadelta(ConfigReader reader)
        : base(KerasVersion.Keras1, reader)
    {
    }

    private protected override bool ListsIterations => false;

    /// <summary>Makes the optimizer from what <see cref="Optimizer.GetConfig"/> returned, or from the arguments of Keras 1.2.2.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Adadelta FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Adadelta(reader), "Adadelta of Keras 1");
}
