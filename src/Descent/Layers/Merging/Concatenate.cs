using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that puts its inputs one after another along an axis. A mask of one input makes a mask of the output, where inputs without one count.</summary>
/// <example><code>var y = new Concatenate().Apply([x1, x2]);   // (batch, 3) and (batch, 4) give (batch, 7)</code></example>
public sealed class Concatenate : Merge
{
    /// <summary>Creates the layer.</summary>
    /// <param name="axis">The axis, counted with the batch dimension, negative from the end; default the last.</param>
    public Concatenate(int axis = -1) => Axis = axis;

    private Concatenate(ConfigReader reader)
        : base(reader) => Axis = reader.Int("axis", -1);

    /// <summary>The axis along which the inputs are put.</summary>
    public int Axis { get; }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(IReadOnlyList<Shape> inputShapes)
    {
        ArgumentNullException.ThrowIfNull(inputShapes);
        CheckCount(inputShapes.Count);
        var first = inputShapes[0];
        var axis = first.Axis(Axis, nameof(Axis));
        var result = first.ToArray();
        foreach (var shape in inputShapes.Skip(1))
        {
            if (shape.Rank != first.Rank) throw Misfit(inputShapes, Fitting(axis));
            for (var i = 0; i < result.Length; i++)
            {
                if (i == axis) result[i] = result[i] < 0 || shape[i] < 0 ? -1 : result[i] + shape[i];
                else if (result[i] < 0) result[i] = shape[i];
                else if (shape[i] >= 0 && shape[i] != result[i]) throw Misfit(inputShapes, Fitting(axis));
            }
        }

        return Shape.Create(result);
    }

    /// <inheritdoc/>
    public override Tensor? ComputeMask(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> masks)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(masks);
        if (masks.All(m => m is null)) return null;
        var whole = Ops.Concatenate([.. inputs.Select((x, i) => Ops.BroadcastTo(MaskOf(inputs, masks, i) ?? Tensor.From([true]), x.Shape))], Axis);
        return Ops.Any(whole, [-1]);
    }

    // What has no mask counts everywhere.
    internal override MaskGraph.Mask? WriteMask(MaskGraph masks, LayerNode node)
    {
        MaskGraph.Mask[] parts = [.. node.Inputs.Select(x =>
            masks.Of(x) is not { } mask ? masks.Filled("OnesLike", x)
            : mask.Shape.Rank < x.Shape.Rank ? masks.Or(masks.Add("ExpandDims", [.. mask.Shape, 1], [mask], ("axis", -1)), masks.Filled("ZerosLike", x))
            : mask)];
        return masks.Any(masks.Add("Concatenate", node.Outputs[0].Shape, [parts], ("axis", Axis)));
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["axis"] = Axis;
        return config;
    }

    private protected override Tensor Combine(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> masks)
    {
        var axis = inputs[0].Shape.Axis(Axis, nameof(Axis));
        for (var i = 1; i < inputs.Count; i++)
            if (!FitsBeside(inputs[0].Shape, inputs[i].Shape, axis)) throw Misfit([.. inputs.Select(x => x.Shape)], Fitting(axis));
        return Ops.Concatenate(inputs, Axis);
    }

    private protected override IReadOnlyList<Tensor> Align(IReadOnlyList<Tensor> inputs) => inputs;

    private static string Fitting(int axis) => $"are the same except along axis {axis}";

    private static bool FitsBeside(Shape x, Shape y, int axis)
    {
        if (x.Rank != y.Rank) return false;
        for (var i = 0; i < x.Rank; i++)
            if (i != axis && x[i] != y[i]) return false;
        return true;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Concatenate FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Concatenate(reader));
}
