using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>The mean of squared errors along the last axis: <c>mean((y - p)²)</c>.</summary>
public sealed class MeanSquaredError : Loss
{
    /// <summary>Creates the loss.</summary>
    public MeanSquaredError()
    {
    }

    private MeanSquaredError(ConfigReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(nameof(MeanSquaredError), yTrue, yPred);
        return Ops.MeanSquaredDifference(yPred, yTrue);
    }

    /// <summary>Makes the loss from what <see cref="Loss.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static MeanSquaredError FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new MeanSquaredError(reader));
}
