using System.Globalization;
using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that multiplies two inputs sample by sample, summing along an axis of each: a dot product, or a product of matrices.</summary>
/// <remarks>The output has the other axes of the first input, then those of the second; <c>(batch, 1)</c> if there are none. It has no mask.</remarks>
/// <example><code>var similarity = new Dot(axes: 1) { Normalize = true }.Apply([x1, x2]);   // the cosine of rows, (batch, 1)</code></example>
public sealed class Dot : Merge
{
    private readonly bool _isOne;

    /// <summary>Creates the layer for one axis of both inputs.</summary>
    /// <param name="axes">The axis, counted with the batch dimension, negative from the end; not the batch dimension.</param>
    public Dot(int axes) => (Axes, _isOne) = ((axes, axes), true);

    /// <summary>Creates the layer for an axis of each input.</summary>
    /// <param name="axes">The axis of the first and that of the second input, counted with the batch dimension, negative from the end.</param>
    public Dot((int First, int Second) axes) => Axes = axes;

    private Dot(ConfigReader reader)
        : base(reader)
    {
        _isOne = reader.Node("axes") is not JsonArray;
        if (_isOne)
        {
            Axes = (reader.Int("axes"), reader.Int("axes"));
        }
        else
        {
            Axes = reader.Ints("axes") is [var first, var second] ? (first, second) : throw new ArgumentException(
                $"Argument 'axes' of Dot must be an integer or two. Received: {KerasNames.Shorten(reader.Node("axes"))}.");
        }

        Normalize = reader.Bool("normalize", false);
    }

    /// <summary>The axis of the first input and that of the second.</summary>
    public (int First, int Second) Axes { get; }

    /// <summary>Whether the inputs are brought to length 1 along their axes first, which makes the product a cosine; default false.</summary>
    public bool Normalize { get; init; }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(IReadOnlyList<Shape> inputShapes)
    {
        ArgumentNullException.ThrowIfNull(inputShapes);
        CheckCount(inputShapes.Count);
        var (x, y) = (inputShapes[0], inputShapes[1]);
        var (i, j) = Resolve(x, y);
        if (x[i] >= 0 && y[j] >= 0 && x[i] != y[j] || x[0] >= 0 && y[0] >= 0 && x[0] != y[0]) throw Misfit(inputShapes, $"have the same batch, and the same size along axis {i} of the first and axis {j} of the second");
        int[] result = [Math.Max(x[0], y[0]), .. x.Dimensions[1..i], .. x.Dimensions[(i + 1)..], .. y.Dimensions[1..j], .. y.Dimensions[(j + 1)..]];
        return Shape.Create(result.Length == 1 ? [result[0], 1] : result);
    }

    /// <inheritdoc/>
    public override Tensor? ComputeMask(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> masks) => null;

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["axes"] = _isOne ? Axes.First : KerasJson.Integers([Axes.First, Axes.Second]);
        config["normalize"] = Normalize;
        return config;
    }

    private protected override Tensor Combine(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> masks)
    {
        var (x, y) = (inputs[0], inputs[1]);
        var (i, j) = Resolve(x.Shape, y.Shape);
        var shape = ComputeOutputShape([x.Shape, y.Shape]);
        if (Normalize) (x, y) = (KerasMath.Normalize(x, i), KerasMath.Normalize(y, j));

        // (batch, others of x, axis) · (batch, axis, others of y): one product of matrices per sample.
        var rows = Ops.Reshape(Move(x, i, x.Rank - 1), [x.Shape[0], -1, x.Shape[i]]);
        var columns = Ops.Reshape(Move(y, j, 1), [y.Shape[0], y.Shape[j], -1]);
        return Ops.Reshape(Ops.MatMul(rows, columns), shape);
    }

    private protected override void CheckCount(int count) => RequireTwo(count);

    private protected override IReadOnlyList<Tensor> Align(IReadOnlyList<Tensor> inputs) => inputs;

    private (int First, int Second) Resolve(Shape x, Shape y)
    {
        if (x.Rank < 2 || y.Rank < 2) throw Misfit([x, y], "have a batch dimension and another axis");
        var (i, j) = (x.Axis(Axes.First, nameof(Axes)), y.Axis(Axes.Second, nameof(Axes)));
        return i > 0 && j > 0 ? (i, j) : throw new ArgumentException(string.Create(
            CultureInfo.InvariantCulture, $"Axes of layer '{Name}' must not be the batch dimension. Received: ({Axes.First}, {Axes.Second}) for shapes {x} and {y}."));
    }

    private static Tensor Move(Tensor x, int from, int to)
    {
        if (from == to) return x;
        List<int> axes = [.. Enumerable.Range(0, x.Rank)];
        axes.RemoveAt(from);
        axes.Insert(to, from);
        return Ops.Transpose(x, [.. axes]);
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static Dot FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Dot(reader));
}
