using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>The Kullback-Leibler divergence of predicted from true probabilities: <c>Σ y · ln(y / p)</c> along the last axis, both clipped to [ε, 1].</summary>
public sealed class KLDivergence : Loss
{
    /// <summary>Creates the loss.</summary>
    public KLDivergence()
    {
    }

    private KLDivergence(ConfigReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(nameof(KLDivergence), yTrue, yPred);
        yTrue = Ops.Clip(yTrue, KerasMath.Epsilon, 1f);
        return Ops.Sum(yTrue * Ops.Log(yTrue / Ops.Clip(yPred, KerasMath.Epsilon, 1f)), [-1]);
    }

    /// <summary>Makes the loss from what <see cref="Loss.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static KLDivergence FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new KLDivergence(reader));
}
