using System.Text.Json.Nodes;
using Descent.Optimizers.Legacy;

namespace Descent.Optimizers.Keras2;

/// <summary>Adadelta of Keras 2.3.1: Adagrad over a window, with steps in the units of the weights.</summary>
/// <inheritdoc cref="LegacyAdadelta" path="/remarks"/>
/// <example><code>
/// var adadelta = new Keras2.Adadelta(lr: 1.0) { Rho = 0.95 };
/// </code></example>
/// <inheritdoc cref="LegacyAdadelta" path="/seealso"/>
public sealed class Adadelta : LegacyAdadelta
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">The learning rate. Default 1.</param>
    /// <param name="lr">Its old name, which wins if both are given.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is NaN or infinite.</exception>
    public Adadelta(double? learningRate = null, double? lr = null)
        : base(KerasVersion.Keras2, lr ?? learningRate ?? DefaultLr)
    {
    }

    private Adadelta(ConfigReader reader)
        : base(KerasVersion.Keras2, reader)
    {
    }

    /// <summary>Makes the optimizer from what <see cref="Optimizer.GetConfig"/> returned, or from the arguments of Keras 2.3.1.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Adadelta FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Adadelta(reader), "Adadelta of Keras 2");
}
