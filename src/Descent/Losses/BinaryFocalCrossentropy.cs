using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>
/// A binary cross-entropy in which answers that are already right count less: the mean along an axis of <c>(1 - q)^gamma</c> times
/// the cross-entropy, where <c>q = y · p + (1 - y) · (1 - p)</c> is the probability given to the right answer.
/// </summary>
/// <seealso href="https://arxiv.org/abs/1708.02002">Lin et al., Focal Loss for Dense Object Detection</seealso>
public sealed class BinaryFocalCrossentropy : CrossentropyLoss
{
    /// <summary>Creates the loss.</summary>
    public BinaryFocalCrossentropy()
    {
    }

    private BinaryFocalCrossentropy(ConfigReader reader)
        : base(reader)
    {
        ApplyClassBalancing = reader.Bool("apply_class_balancing", ApplyClassBalancing);
        Alpha = reader.Double("alpha", Alpha);
        Gamma = reader.Double("gamma", Gamma);
    }

    /// <summary>Whether yes counts <see cref="Alpha"/> and no 1 - <see cref="Alpha"/>; default false.</summary>
    public bool ApplyClassBalancing { get; init; }

    /// <summary>The weight of yes, in [0, 1]; default 0.25.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value lies outside [0, 1].</exception>
    public double Alpha { get; init => field = Check.UnitInterval(value, nameof(Alpha)); } = 0.25;

    /// <summary>How strongly easy samples are held down, 0 or more; default 2.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Gamma { get; init => field = Check.NotNegative(value, nameof(Gamma)); } = 2.0;

    /// <inheritdoc/>
    public override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Prepare(yTrue, yPred, outcomes: 2);
        var p = FromLogits ? Ops.Sigmoid(yPred) : yPred;
        var right = yTrue * p + (1f - yTrue) * (1f - p);
        var losses = Ops.Power(1f - right, (float)Gamma) * Crossentropy.Binary(yTrue, p, fromLogits: false);
        if (ApplyClassBalancing) losses *= yTrue * (float)Alpha + (1f - yTrue) * (float)(1 - Alpha);
        return Ops.Mean(losses, [Axis]);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["apply_class_balancing"] = ApplyClassBalancing;
        config["alpha"] = KerasJson.Float(Alpha);
        config["gamma"] = KerasJson.Float(Gamma);
        return config;
    }

    /// <summary>Makes the loss from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static BinaryFocalCrossentropy FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new BinaryFocalCrossentropy(reader));
}
