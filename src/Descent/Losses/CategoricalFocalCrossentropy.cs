using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>A cross-entropy in which classes that are already well predicted count less: <c>-Σ alpha · (1 - p)^gamma · y · ln p</c> along an axis.</summary>
/// <seealso href="https://arxiv.org/abs/1708.02002">Lin et al., Focal Loss for Dense Object Detection</seealso>
public sealed class CategoricalFocalCrossentropy : CrossentropyLoss
{
    /// <summary>Creates the loss.</summary>
    public CategoricalFocalCrossentropy()
    {
    }

    private CategoricalFocalCrossentropy(ConfigReader reader)
        : base(reader)
    {
        Alpha = reader.Double("alpha", Alpha);
        Gamma = reader.Double("gamma", Gamma);
    }

    /// <summary>The weight of all classes; default 0.25.</summary>
    public double Alpha { get; init; } = 0.25;

    /// <summary>How strongly easy samples are held down, 0 or more; default 2.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Gamma { get; init => field = Check.NotNegative(value, nameof(Gamma)); } = 2.0;

    /// <inheritdoc/>
    public override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Prepare(yTrue, yPred);
        var p = Crossentropy.Probabilities(FromLogits ? Ops.Softmax(yPred, Axis) : yPred, Axis);
        return Ops.Sum((float)Alpha * Ops.Power(1f - p, (float)Gamma) * -yTrue * Ops.Log(p), [Axis]);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["alpha"] = KerasJson.Float(Alpha);
        config["gamma"] = KerasJson.Float(Gamma);
        return config;
    }

    /// <summary>Makes the loss from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static CategoricalFocalCrossentropy FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new CategoricalFocalCrossentropy(reader));
}
