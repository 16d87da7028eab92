using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>A cross-entropy: what all of them that take one value per class, or one per yes-or-no question, have in common.</summary>
public abstract class CrossentropyLoss : Loss
{
    private protected CrossentropyLoss()
    {
    }

    private protected CrossentropyLoss(ConfigReader reader)
        : base(reader)
    {
        FromLogits = reader.Bool("from_logits", FromLogits);
        LabelSmoothing = reader.Double("label_smoothing", LabelSmoothing);
        Axis = reader.Int("axis", Axis);
    }

    /// <summary>Whether predictions are logits, on which softmax or sigmoid is still to be applied; default false: they are probabilities.</summary>
    public bool FromLogits { get; init; }

    /// <summary>How far targets move from certainty towards an even distribution, in [0, 1]; default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value lies outside [0, 1].</exception>
    public double LabelSmoothing { get; init => field = Check.UnitInterval(value, nameof(LabelSmoothing)); }

    /// <summary>The axis of the classes, along which the loss is taken; default the last.</summary>
    public int Axis { get; init; } = -1;

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["from_logits"] = FromLogits;
        config["label_smoothing"] = KerasJson.Float(LabelSmoothing);
        config["axis"] = Axis;
        return config;
    }

    /// <summary>Targets and predictions of one shape, the targets smoothed over so many outcomes.</summary>
    private protected (Tensor YTrue, Tensor YPred) Prepare(Tensor yTrue, Tensor yPred, int? outcomes = null)
    {
        (yTrue, yPred) = Targets.Align(GetType().Name, yTrue, yPred);
        if (outcomes is not null)
            Targets.CheckProbabilities(GetType().Name, yTrue);
        else if (yPred.Shape[yPred.Shape.Axis(Axis)] == 1)
            throw new ArgumentException($"{GetType().Name} needs 2 or more classes along axis {Axis}. Received: predictions of shape {yPred.Shape}. One unit with a sigmoid, for two classes, needs BinaryCrossentropy.", nameof(yPred));
        if (LabelSmoothing == 0) return (yTrue, yPred);
        var count = outcomes ?? yPred.Shape[yPred.Shape.Axis(Axis)];
        return (yTrue * (float)(1 - LabelSmoothing) + (float)(LabelSmoothing / count), yPred);
    }
}
