using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that makes one tensor of several, element by element.</summary>
/// <remarks>
/// The inputs have the same shape, or shapes that broadcast; an input of a lower rank is treated as if it had axes of size 1 after the batch
/// dimension. The output counts where one of the inputs does: masks are joined with "or", and there is none if an input has none.
/// </remarks>
public abstract class Merge : Layer
{
    private protected Merge()
    {
    }

    private protected Merge(ConfigReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    public override bool SupportsMasking => true;

    private protected override JsonObject? BuildConfig() => WriteBuildShapes();

    /// <inheritdoc/>
    public sealed override void Build(IReadOnlyList<Shape> inputShapes) => ComputeOutputShape(inputShapes);

    /// <inheritdoc/>
    public sealed override Tensor Call(Tensor x, bool training = false) => Call([x], training);

    /// <inheritdoc/>
    public sealed override Tensor Call(IReadOnlyList<Tensor> inputs, bool training = false) => Call(inputs, new LayerCall(training))[0];

    /// <inheritdoc/>
    protected internal sealed override IReadOnlyList<Tensor> Call(IReadOnlyList<Tensor> inputs, LayerCall call)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        CheckCount(inputs.Count);
        var aligned = Align(inputs);
        return [Combine(aligned, aligned == inputs ? call.For(inputs).Masks : [])];
    }

    /// <inheritdoc/>
    public sealed override Shape ComputeOutputShape(Shape inputShape) => ComputeOutputShape([inputShape]);

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(IReadOnlyList<Shape> inputShapes)
    {
        ArgumentNullException.ThrowIfNull(inputShapes);
        CheckCount(inputShapes.Count);
        var rank = inputShapes.Max(s => s.Rank);
        var result = Expand(inputShapes[0], rank).ToArray();
        foreach (var shape in inputShapes.Skip(1))
        {
            var other = Expand(shape, rank);
            for (var i = 0; i < rank; i++)
            {
                if (result[i] >= 0 && other[i] >= 0 && result[i] != other[i] && (i == 0 || result[i] != 1 && other[i] != 1)) throw Misfit(inputShapes);
                result[i] = i == 0 ? Math.Max(result[i], other[i]) : result[i] == 1 ? other[i] : other[i] == 1 ? result[i] : Math.Min(result[i], other[i]);
            }
        }

        return Shape.Create(result);
    }

    /// <inheritdoc/>
    public sealed override Tensor? ComputeMask(Tensor x, Tensor? mask) => ComputeMask([x], [mask]);

    /// <inheritdoc/>
    public override Tensor? ComputeMask(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> masks)
    {
        ArgumentNullException.ThrowIfNull(masks);
        Tensor? result = null;
        foreach (var mask in masks)
        {
            if (mask is null) return null;
            result = result is null ? mask : Ops.LogicalOr(result, mask);
        }

        return result;
    }

    internal override MaskGraph.Mask? WriteMask(MaskGraph masks, LayerNode node) => node.Inputs.Select(masks.Of).Aggregate((all, next) => masks.Or(all!, next!));

    /// <summary>Makes one tensor of those that came, all of one rank. The masks are one per input, or none at all if a rank had to be changed.</summary>
    private protected abstract Tensor Combine(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> masks);

    /// <summary>Throws if the layer cannot take this number of inputs.</summary>
    private protected virtual void CheckCount(int count)
    {
        if (count == 0) throw Refusal($"Layer '{Name}' expects at least 1 input. Received: none.");
    }

    /// <summary>The check of a layer for two inputs.</summary>
    private protected void RequireTwo(int count)
    {
        if (count != 2) throw Refusal($"Layer '{Name}' expects exactly 2 inputs. Received: {count}.");
    }

    private protected static Tensor Sum(IReadOnlyList<Tensor> inputs)
    {
        var sum = inputs[0];
        for (var i = 1; i < inputs.Count; i++) sum += inputs[i];
        return sum;
    }

    /// <summary>Chooses between the inputs that count, element by element; where none counts, between all.</summary>
    private protected static Tensor Choose(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> masks, Func<Tensor, Tensor, Tensor> choose)
    {
        var (chosen, counts) = (inputs[0], MaskOf(inputs, masks, 0));
        for (var i = 1; i < inputs.Count; i++)
        {
            var mask = MaskOf(inputs, masks, i);
            var next = mask is null ? inputs[i] : Ops.Where(mask, inputs[i], chosen);
            if (counts is not null) chosen = Ops.Where(counts, chosen, next);
            counts = mask is null || counts is null ? null : Ops.LogicalOr(counts, mask);
            chosen = choose(chosen, next);
        }

        return chosen;
    }

    /// <summary>The mask of an input with axes of size 1 up to the rank of the input, so that it broadcasts; null: none.</summary>
    private protected static Tensor? MaskOf(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> masks, int input) =>
        input >= masks.Count || masks[input] is not { } mask ? null
        : mask.Rank == inputs[input].Rank ? mask
        : Ops.Reshape(mask, [.. mask.Shape, .. Enumerable.Repeat(1, inputs[input].Rank - mask.Rank)]);

    /// <summary>What inputs get that do not go together.</summary>
    /// <param name="shapes">Their shapes.</param>
    /// <param name="expected">How they must fit.</param>
    private protected ArgumentException Misfit(IReadOnlyList<Shape> shapes, string expected = "fit each other") =>
        Refusal($"Layer '{Name}' expects inputs of shapes that {expected}. Received shapes {string.Join(", ", shapes)}.");

    private protected virtual IReadOnlyList<Tensor> Align(IReadOnlyList<Tensor> inputs)
    {
        var rank = inputs[0].Rank;
        var isEven = true;
        for (var i = 1; i < inputs.Count; i++)
        {
            isEven &= inputs[i].Rank == rank;
            rank = Math.Max(rank, inputs[i].Rank);
        }

        return isEven ? inputs : [.. inputs.Select(x => Ops.Reshape(x, Expand(x.Shape, rank)))];
    }

    private static Shape Expand(Shape shape, int rank) =>
        shape.Rank == rank ? shape : Shape.Create([shape[0], .. Enumerable.Repeat(1, rank - shape.Rank), .. shape.Dimensions[1..]]);
}
