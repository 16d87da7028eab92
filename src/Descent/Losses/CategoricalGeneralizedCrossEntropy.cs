using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>A loss between cross-entropy (q towards 0) and absolute error (q towards 1), which wrong labels hurt less: <c>(1 - p[label]^q) / q</c>.</summary>
/// <remarks>Predictions are probabilities <c>(batch, …, classes)</c>, labels integers <c>(batch, …)</c>.</remarks>
/// <seealso href="https://arxiv.org/abs/1805.07836">Zhang and Sabuncu, Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy Labels</seealso>
public sealed class CategoricalGeneralizedCrossEntropy : Loss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="q">The exponent, in (0, 1); default 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="q"/> lies outside (0, 1).</exception>
    public CategoricalGeneralizedCrossEntropy(double q = 0.5) => Q = CheckQ(q);

    private CategoricalGeneralizedCrossEntropy(ConfigReader reader)
        : base(reader)
        => Q = CheckQ(reader.Double("q", 0.5));

    /// <summary>The exponent.</summary>
    public double Q { get; }

    private protected override bool TakesLabels => true;

    /// <inheritdoc/>
    public override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        yPred = Targets.Float(yPred);
        var labels = Targets.Labels(nameof(CategoricalGeneralizedCrossEntropy), yTrue, yPred.Shape[..^1]);
        Targets.CheckRange(labels, yPred.Shape[^1]);
        var p = Ops.Squeeze(Ops.TakeAlongAxis(yPred, Ops.ExpandDims(labels, -1)), [-1]);
        return (1f - Ops.Power(p, (float)Q)) * (float)(1 / Q);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["q"] = KerasJson.Float(Q);
        return config;
    }

    /// <summary>Makes the loss from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static CategoricalGeneralizedCrossEntropy FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new CategoricalGeneralizedCrossEntropy(reader));

    private static double CheckQ(double q) => q is > 0 and < 1 ? q : throw Check.OutOfRange(nameof(Q), "in (0, 1)", q);
}
