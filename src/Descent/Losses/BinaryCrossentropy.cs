using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>The cross-entropy of yes-or-no targets: the mean of <c>-(y · ln p + (1 - y) · ln(1 - p))</c> along an axis.</summary>
/// <example><code>new BinaryCrossentropy { FromLogits = true }</code></example>
public sealed class BinaryCrossentropy : CrossentropyLoss
{
    /// <summary>Creates the loss.</summary>
    public BinaryCrossentropy()
    {
    }

    private BinaryCrossentropy(ConfigReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        // Two outcomes each: an even chance is a half.
        (yTrue, yPred) = Prepare(yTrue, yPred, outcomes: 2);
        return Ops.Mean(Crossentropy.Binary(yTrue, yPred, FromLogits), [Axis]);
    }

    /// <summary>Makes the loss from what <see cref="CrossentropyLoss.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static BinaryCrossentropy FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new BinaryCrossentropy(reader));
}
