using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>The cross-entropy of labels with distributions over classes: <c>-ln p[label]</c>.</summary>
/// <remarks>
/// Predictions <c>(batch, …, classes)</c>, labels <c>(batch, …)</c> or <c>(batch, …, 1)</c>, int32 or whole float32 numbers in [0, classes).
/// Probabilities are first divided by their sum.
/// </remarks>
/// <example><code>new SparseCategoricalCrossentropy { FromLogits = true, IgnoreClass = -1 }</code></example>
public sealed class SparseCategoricalCrossentropy : Loss
{
    /// <summary>Creates the loss.</summary>
    public SparseCategoricalCrossentropy()
    {
    }

    private SparseCategoricalCrossentropy(ConfigReader reader)
        : base(reader)
    {
        FromLogits = reader.Bool("from_logits", FromLogits);
        IgnoreClass = reader.NullableInt("ignore_class");
        Axis = reader.Int("axis", Axis);
    }

    /// <summary>Whether predictions are logits, on which the softmax is still to be applied; default false: they are probabilities.</summary>
    public bool FromLogits { get; init; }

    /// <summary>A label, which may lie outside the range, whose samples do not count; default none.</summary>
    public int? IgnoreClass { get; init; }

    /// <summary>The axis of the classes; default the last.</summary>
    public int Axis { get; init; } = -1;

    private protected override bool TakesLabels => true;

    /// <inheritdoc/>
    public override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        var output = Crossentropy.ClassesLast(Targets.Float(yPred), Axis);
        var labels = Targets.Labels(nameof(SparseCategoricalCrossentropy), yTrue, output.Shape[..^1]);
        if (IgnoreClass is null) return Crossentropy.Sparse(labels, output, FromLogits, axis: -1);

        // What is ignored may be anything, NaN too: it must reach neither loss nor gradient.
        var counts = Counts(labels);
        labels = Ops.Where(counts, labels, Ops.Cast(0f, DType.Int32));
        output = Ops.Where(Ops.ExpandDims(counts, -1), output, 0f);
        return Ops.Where(counts, Crossentropy.Sparse(labels, output, FromLogits, axis: -1), 0f);
    }

    internal override void CheckTargets(Tensor yTrue, Shape output)
    {
        if (IgnoreClass is not null || output.Rank < 2 || output.Axis(Axis) != output.Rank - 1) return;
        Targets.CheckRange(Targets.Labels(nameof(SparseCategoricalCrossentropy), yTrue, Shape.Create([yTrue.Shape[0], .. output.Dimensions[1..^1]])), output[^1]);
    }

    internal override Tensor? OwnMask(Tensor yTrue, Tensor yPred, Tensor losses)
        => IgnoreClass is null ? null : Counts(Targets.Labels(nameof(SparseCategoricalCrossentropy), yTrue, losses.Shape));

    private Tensor Counts(Tensor labels) => Ops.NotEqual(Targets.Float(labels), (float)IgnoreClass!.Value);

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["from_logits"] = FromLogits;
        config["ignore_class"] = IgnoreClass;
        config["axis"] = Axis;
        return config;
    }

    /// <summary>Makes the loss from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static SparseCategoricalCrossentropy FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new SparseCategoricalCrossentropy(reader));
}
