using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>The negative log-likelihood of counts under Poisson distributions with the predicted means: <c>mean(p - y · ln(p + ε))</c> along the last axis.</summary>
public sealed class Poisson : Loss
{
    /// <summary>Creates the loss.</summary>
    public Poisson()
    {
    }

    private Poisson(ConfigReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(nameof(Poisson), yTrue, yPred);
        return Ops.Mean(yPred - yTrue * Ops.Log(yPred + KerasMath.Epsilon), [-1]);
    }

    /// <summary>Makes the loss from what <see cref="Loss.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Poisson FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Poisson(reader));
}
