using System.Text.Json.Nodes;

namespace Descent.Optimizers;

/// <summary>Steps by the mean of the gradient over the root of its mean square, both corrected for their start at zero.</summary>
/// <remarks>
/// <code>
/// m += (g - m) · (1 - beta1);  v += (g² - v) · (1 - beta2)
/// w -= learningRate · √(1 - beta2ᵗ) / (1 - beta1ᵗ) · m / (√v + epsilon)
/// </code>
/// </remarks>
/// <example><code>
/// var optimizer = new Adam(learningRate: 1e-3) { Beta1 = 0.9, AmsGrad = true };
/// </code></example>
/// <seealso href="https://arxiv.org/abs/1412.6980">Adam: A Method for Stochastic Optimization (2014)</seealso>
public sealed class Adam : AdamBase
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">A number, a schedule, or <see cref="LearningRate.From"/> a function. Default 0.001.</param>
    public Adam(LearningRate? learningRate = null)
        : base(learningRate)
    {
    }

    private Adam(ConfigReader reader)
        : base(reader)
    {
    }

    /// <summary>Makes the optimizer from what <see cref="Optimizer.GetConfig"/> returned.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Adam FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Adam(reader));
}
