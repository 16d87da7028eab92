using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>Pulls embeddings of one label together and pushes those of different labels apart, the more the farther they are from where they should be.</summary>
/// <remarks>
/// Predictions are embeddings of length 1, <c>(batch, dimension)</c>, labels integers <c>(batch)</c>. With cosine distances d, m the
/// margin and γ gamma, over pairs of one label (p) and of different labels (n):
/// <code>softplus(ln Σₚ exp(-γ (m + d) (m - d)) + ln Σₙ exp(γ (1 + m - d) (1 - m - d)))</code>
/// Samples whose loss is 0, such as those without a partner, do not count in the mean.
/// </remarks>
/// <seealso href="https://arxiv.org/abs/2002.10857">Sun et al., Circle Loss: A Unified Perspective of Pair Similarity Optimization</seealso>
public sealed class Circle : Loss
{
    // The logarithm of a sum over no pairs; finite, so that its gradient is 0 and not NaN.
    private const float Nothing = -1e30f;

    /// <summary>Creates the loss.</summary>
    /// <param name="gamma">The scale of the distances; default 80.</param>
    /// <param name="margin">How close is close enough, and how far is far enough; default 0.4.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is not finite.</exception>
    public Circle(double gamma = 80.0, double margin = 0.4) => (Gamma, Margin) = (Check.Finite(gamma, nameof(Gamma)), Check.Finite(margin, nameof(Margin)));

    private Circle(ConfigReader reader)
        : base(reader)
    {
        Gamma = reader.Double("gamma", 80.0);
        Margin = reader.Double("margin", 0.4);
        RemoveDiagonal = reader.Bool("remove_diagonal", RemoveDiagonal);
    }

    /// <summary>The scale of the distances.</summary>
    public double Gamma { get; }

    /// <summary>How close is close enough, and how far is far enough.</summary>
    public double Margin { get; }

    /// <summary>Whether a sample is not paired with itself; default true.</summary>
    public bool RemoveDiagonal { get; init; } = true;

    private protected override bool TakesLabels => true;

    private protected override bool JudgesTogether => true;

    /// <inheritdoc/>
    public override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        yPred = Targets.Float(yPred);
        if (yPred.Rank != 2)
            throw new ArgumentException($"Circle needs embeddings of shape (batch, dimension). Received: {yPred.Shape}.", nameof(yPred));

        var labels = Targets.Float(Targets.Labels(nameof(Circle), yTrue, yPred.Shape[..^1]));
        var same = Ops.Equal(Ops.ExpandDims(labels, 1), Ops.ExpandDims(labels, 0));
        var different = Ops.LogicalNot(same);
        if (RemoveDiagonal) same = Ops.LogicalAnd(same, Ops.Equal(Ops.Eye(labels.Length), 0f));

        var (margin, gamma) = ((float)Margin, (float)Gamma);
        var distances = Ops.Maximum(1f - Ops.MatMul(yPred, Ops.Transpose(yPred)), 0f);
        var pull = -gamma * Ops.Maximum(margin + distances, 0f) * (margin - distances);
        var push = gamma * Ops.Maximum(1f + margin - distances, 0f) * (1f - margin - distances);
        return Ops.Softplus(Ops.LogSumExp(Ops.Where(same, pull, Nothing), [1]) + Ops.LogSumExp(Ops.Where(different, push, Nothing), [1]));
    }

    internal override Tensor? OwnMask(Tensor yTrue, Tensor yPred, Tensor losses) => Ops.Greater(losses, 0f);

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["gamma"] = KerasJson.Float(Gamma);
        config["margin"] = KerasJson.Float(Margin);
        config["remove_diagonal"] = RemoveDiagonal;
        return config;
    }

    /// <summary>Makes the loss from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Circle FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Circle(reader));
}
