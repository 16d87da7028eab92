using System.Text.Json.Nodes;

namespace Descent.Optimizers;

/// <summary>Adam with decoupled weight decay, 0.004 unless told otherwise.</summary>
/// <remarks>
/// <code>
/// w -= w · WeightDecay · learningRate
/// m += (g - m) · (1 - beta1);  v += (g² - v) · (1 - beta2)
/// w -= learningRate · √(1 - beta2ᵗ) / (1 - beta1ᵗ) · m / (√v + epsilon)
/// </code>
/// </remarks>
/// <example><code>
/// var optimizer = new AdamW(learningRate: 1e-3) { Beta1 = 0.9, WeightDecay = 1e-2 };
/// optimizer.ExcludeFromWeightDecay(names: ["bias"]);
/// </code></example>
/// <seealso href="https://arxiv.org/abs/1711.05101">Decoupled Weight Decay Regularization (2017)</seealso>
public sealed class AdamW : AdamBase
{
    private const double DefaultWeightDecay = 0.004;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">A number, a schedule, or <see cref="LearningRate.From"/> a function. Default 0.001.</param>
    public AdamW(LearningRate? learningRate = null)
        : base(learningRate)
    {
        WeightDecay = DefaultWeightDecay;
    }

    private AdamW(ConfigReader reader)
        : base(reader)
    {
        if (!reader.Has("weight_decay")) WeightDecay = DefaultWeightDecay;
    }

    /// <summary>Makes the optimizer from what <see cref="Optimizer.GetConfig"/> returned.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static AdamW FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new AdamW(reader));

    /// <inheritdoc/>
    protected override void Validate()
    {
        base.Validate();
        if (WeightDecay is null)
            throw new ArgumentException("WeightDecay of AdamW must be a number. Received: null. Use Adam for no decay.");
    }
}
