using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>The mean along the last axis of <c>e²/2</c> where <c>|e| ≤ delta</c> and of <c>delta · |e| - delta²/2</c> beyond: outliers pull less.</summary>
/// <seealso href="https://doi.org/10.1214/aoms/1177703732">Huber, Robust Estimation of a Location Parameter</seealso>
public sealed class Huber : Loss
{
    // Keras' name of an instance is not that of the class.
    private const string DefaultName = "huber_loss";

    /// <summary>Creates the loss.</summary>
    /// <param name="delta">The error up to which the loss is quadratic, above 0; default 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delta"/> is not positive and finite.</exception>
    public Huber(double delta = 1.0)
        : base(DefaultName)
        => Delta = Check.Positive(delta, nameof(Delta));

    private Huber(ConfigReader reader)
        : base(reader, DefaultName)
        => Delta = Check.Positive(reader.Double("delta", 1.0), nameof(Delta));

    /// <summary>The error up to which the loss is quadratic.</summary>
    public double Delta { get; }

    /// <inheritdoc/>
    public override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(nameof(Huber), yTrue, yPred);

        // With q the part of |e| up to delta, both branches are q · (|e| - q/2).
        var error = Ops.Abs(yPred - yTrue);
        var quadratic = Ops.Minimum(error, (float)Delta);
        return Ops.Mean(quadratic * (error - 0.5f * quadratic), [-1]);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["delta"] = KerasJson.Float(Delta);
        return config;
    }

    /// <summary>Makes the loss from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Huber FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Huber(reader));
}
