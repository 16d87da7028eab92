using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>The mean of squared differences of logarithms along the last axis: <c>mean((ln(1 + max(y, ε)) - ln(1 + max(p, ε)))²)</c>.</summary>
public sealed class MeanSquaredLogarithmicError : Loss
{
    /// <summary>Creates the loss.</summary>
    public MeanSquaredLogarithmicError()
    {
    }

    private MeanSquaredLogarithmicError(ConfigReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(nameof(MeanSquaredLogarithmicError), yTrue, yPred);
        return Ops.Mean(Ops.Square(Logarithm(yPred) - Logarithm(yTrue)), [-1]);

        static Tensor Logarithm(Tensor x) => Ops.Log1p(Ops.Maximum(x, KerasMath.Epsilon));
    }

    /// <summary>Makes the loss from what <see cref="Loss.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static MeanSquaredLogarithmicError FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new MeanSquaredLogarithmicError(reader));
}
