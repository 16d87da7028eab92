using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>How little the score of the true class exceeds the highest other one: <c>max(1 + max((1 - y) · p) - Σ y · p, 0)</c> along the last axis.</summary>
public sealed class CategoricalHinge : Loss
{
    /// <summary>Creates the loss.</summary>
    public CategoricalHinge()
    {
    }

    private CategoricalHinge(ConfigReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(nameof(CategoricalHinge), yTrue, yPred);
        var right = Ops.Sum(yTrue * yPred, [-1]);
        var wrong = Ops.Max((1f - yTrue) * yPred, [-1]);
        return Ops.Maximum(wrong - right + 1f, 0f);
    }

    /// <summary>Makes the loss from what <see cref="Loss.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static CategoricalHinge FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new CategoricalHinge(reader));
}
