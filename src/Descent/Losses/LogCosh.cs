using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>The mean of <c>ln cosh(p - y)</c> along the last axis: about <c>e²/2</c> for small errors and <c>|e| - ln 2</c> for large ones.</summary>
public sealed class LogCosh : Loss
{
    private const float Ln2 = 0.693147181f;

    /// <summary>Creates the loss.</summary>
    public LogCosh()
    {
    }

    private LogCosh(ConfigReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(nameof(LogCosh), yTrue, yPred);
        var error = yPred - yTrue;
        return Ops.Mean(error + Ops.Softplus(error * -2f) - Ln2, [-1]);
    }

    /// <summary>Makes the loss from what <see cref="Loss.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static LogCosh FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new LogCosh(reader));
}
