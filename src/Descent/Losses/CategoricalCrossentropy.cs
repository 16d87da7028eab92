using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>The cross-entropy of one distribution over classes with another: <c>-Σ y · ln p</c> along an axis; targets are one-hot or probabilities.</summary>
/// <remarks>Probabilities are first divided by their sum along the axis. For labels as integers there is <see cref="SparseCategoricalCrossentropy"/>.</remarks>
public sealed class CategoricalCrossentropy : CrossentropyLoss
{
    /// <summary>Creates the loss.</summary>
    public CategoricalCrossentropy()
    {
    }

    private CategoricalCrossentropy(ConfigReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Prepare(yTrue, yPred);
        return Crossentropy.Categorical(yTrue, yPred, FromLogits, Axis);
    }

    /// <summary>Makes the loss from what <see cref="CrossentropyLoss.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static CategoricalCrossentropy FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new CategoricalCrossentropy(reader));
}
