using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>The mean of absolute errors along the last axis: <c>mean(|y - p|)</c>.</summary>
public sealed class MeanAbsoluteError : Loss
{
    /// <summary>Creates the loss.</summary>
    public MeanAbsoluteError()
    {
    }

    private MeanAbsoluteError(ConfigReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(nameof(MeanAbsoluteError), yTrue, yPred);
        return Ops.Mean(Ops.Abs(yTrue - yPred), [-1]);
    }

    /// <summary>Makes the loss from what <see cref="Loss.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static MeanAbsoluteError FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new MeanAbsoluteError(reader));
}
