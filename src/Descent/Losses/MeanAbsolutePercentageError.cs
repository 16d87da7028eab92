using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>The mean of errors in percent of the target along the last axis: <c>100 · mean(|y - p| / max(|y|, ε))</c>.</summary>
public sealed class MeanAbsolutePercentageError : Loss
{
    /// <summary>Creates the loss.</summary>
    public MeanAbsolutePercentageError()
    {
    }

    private MeanAbsolutePercentageError(ConfigReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(nameof(MeanAbsolutePercentageError), yTrue, yPred);
        return 100f * Ops.Mean(Ops.Abs((yTrue - yPred) / Ops.Maximum(Ops.Abs(yTrue), KerasMath.Epsilon)), [-1]);
    }

    /// <summary>Makes the loss from what <see cref="Loss.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static MeanAbsolutePercentageError FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new MeanAbsolutePercentageError(reader));
}
