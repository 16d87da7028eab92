using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>
/// One minus Tversky's index of the overlap of two regions, <c>1 - t / (t + alpha · fp + beta · fn + ε)</c> with <c>t = Σ y p</c>,
/// <c>fp = Σ (1 - y) p</c> and <c>fn = Σ y (1 - p)</c>; with both weights 0.5 it is <see cref="Dice"/>.
/// </summary>
/// <seealso href="https://arxiv.org/abs/1706.05721">Salehi et al., Tversky loss function for image segmentation</seealso>
public sealed class Tversky : OverlapLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="alpha">The weight of what is wrongly predicted; default 0.5.</param>
    /// <param name="beta">The weight of what is missed; default 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">A weight is not finite.</exception>
    public Tversky(double alpha = 0.5, double beta = 0.5) => (Alpha, Beta) = (Check.Finite(alpha, nameof(Alpha)), Check.Finite(beta, nameof(Beta)));

    private Tversky(ConfigReader reader)
        : base(reader)
        => (Alpha, Beta) = (reader.Double("alpha", 0.5), reader.Double("beta", 0.5));

    /// <summary>The weight of what is wrongly predicted.</summary>
    public double Alpha { get; }

    /// <summary>The weight of what is missed.</summary>
    public double Beta { get; }

    /// <inheritdoc/>
    public override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(nameof(Tversky), yTrue, yPred);
        var both = Sum(yTrue * yPred);
        var wrong = Sum((1f - yTrue) * yPred);
        var missed = Sum(yTrue * (1f - yPred));
        return 1f - both / (both + wrong * (float)Alpha + missed * (float)Beta + KerasMath.Epsilon);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["alpha"] = KerasJson.Float(Alpha);
        config["beta"] = KerasJson.Float(Beta);
        return config;
    }

    /// <summary>Makes the loss from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Tversky FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Tversky(reader));
}
