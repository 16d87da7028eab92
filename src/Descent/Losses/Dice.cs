using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>One minus Dice's coefficient of the overlap of two regions: <c>1 - 2 Σ y p / (Σ y + Σ p + ε)</c>.</summary>
/// <seealso href="https://arxiv.org/abs/1606.04797">Milletari et al., V-Net</seealso>
public sealed class Dice : OverlapLoss
{
    /// <summary>Creates the loss.</summary>
    public Dice()
    {
    }

    private Dice(ConfigReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(nameof(Dice), yTrue, yPred);
        return 1f - 2f * Sum(yTrue * yPred) / (Sum(yTrue) + Sum(yPred) + KerasMath.Epsilon);
    }

    /// <summary>Makes the loss from what <see cref="OverlapLoss.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Dice FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Dice(reader));
}
