using Descent.Kernels;
using Descent.Memory;

namespace Descent;

public static partial class Ops
{
    /// <summary>Brings the elements along axes to mean 0 and variance 1, then scales and shifts them: <c>(x - mean) / √(variance + epsilon) · gamma + beta</c>.</summary>
    /// <param name="x">A float32 tensor.</param>
    /// <param name="gamma">The factors, of the shape of the axes; none when absent.</param>
    /// <param name="beta">What is added, of the shape of the axes; none when absent.</param>
    /// <param name="axes">The axes, also negative; default the last.</param>
    /// <param name="epsilon">Keeps the root away from 0; default 0.001.</param>
    /// <exception cref="ArgumentException">An axis is named twice, or gamma or beta does not fit.</exception>
    /// <seealso href="https://arxiv.org/abs/1607.06450">Layer Normalization</seealso>
    public static Tensor LayerNormalization(Tensor x, Tensor? gamma = null, Tensor? beta = null, int[]? axes = null, float epsilon = 1e-3f) =>
        NormalizeAlong(x, gamma, beta, axes, epsilon, centered: true);

    /// <summary>Divides the elements along axes by the root of their mean square, then scales them: <c>x / √(mean(x²) + epsilon) · scale</c>.</summary>
    /// <param name="x">A float32 tensor.</param>
    /// <param name="scale">The factors, of the shape of the axes; none when absent.</param>
    /// <param name="axes">The axes, also negative; default the last.</param>
    /// <param name="epsilon">Keeps the root away from 0; default 1e-6.</param>
    /// <exception cref="ArgumentException">An axis is named twice, or the scale does not fit.</exception>
    /// <seealso href="https://arxiv.org/abs/1910.07467">Root Mean Square Layer Normalization</seealso>
    public static Tensor RmsNormalization(Tensor x, Tensor? scale = null, int[]? axes = null, float epsilon = 1e-6f) =>
        NormalizeAlong(x, scale, null, axes, epsilon, centered: false);

    // The axes become the last ones, so that what is normalized together is a row.
    private static Tensor NormalizeAlong(Tensor x, Tensor? gamma, Tensor? beta, int[]? axes, float epsilon, bool centered)
    {
        ArgumentNullException.ThrowIfNull(x);
        axes ??= [-1];
        if (AreLast(axes, x.Rank)) return NormalizeRows(x, gamma, beta, x.Shape[^axes.Length..], epsilon, centered);
        return NormalizeOther(x, gamma, beta, axes, epsilon, centered);
    }

    private static Tensor NormalizeOther(Tensor x, Tensor? gamma, Tensor? beta, int[] axes, float epsilon, bool centered)
    {
        int[] sorted = [.. axes.Select(a => x.Shape.Axis(a, nameof(axes))).Order()];
        if (sorted.Distinct().Count() != sorted.Length)
            throw new ArgumentException($"An axis can be named only once. Received: [{string.Join(", ", axes)}] for shape {x.Shape}.", nameof(axes));
        if (sorted.Length == 0) throw new ArgumentException("There must be an axis to normalize along. Received: none.", nameof(axes));
        var row = Shape.Create([.. sorted.Select(a => x.Shape[a])]);
        if (sorted[0] == x.Rank - sorted.Length) return NormalizeRows(x, gamma, beta, row, epsilon, centered);
        int[] order = [.. Enumerable.Range(0, x.Rank).Except(sorted), .. sorted];
        var back = new int[order.Length];
        for (var i = 0; i < order.Length; i++) back[order[i]] = i;
        return Transpose(NormalizeRows(Transpose(x, order), gamma, beta, row, epsilon, centered), back);
    }

    // Whether axes are the last ones, in order.
    private static bool AreLast(int[] axes, int rank)
    {
        var first = rank - axes.Length;
        for (var i = 0; i < axes.Length; i++)
            if (axes[i] != first + i && axes[i] != first + i - rank) return false;
        return axes.Length > 0 && first >= 0;
    }

    private static unsafe Tensor NormalizeRows(Tensor x, Tensor? gamma, Tensor? beta, Shape row, float epsilon, bool centered)
    {
        CheckAffine(gamma, row, nameof(gamma));
        CheckAffine(beta, row, nameof(beta));
        var result = Tensor.New(x.Shape);
        var count = result.Length == 0 ? 0 : x.Length / row.Size;
        RowState state;
        using (new StepMemory.Seclusion(true)) state = new RowState(row.Size, epsilon, centered, gamma is not null, Tensor.New(Shape.Create(count)), Tensor.New(Shape.Create(count)));
        fixed (float* px = x.Floats, py = result.Floats, means = state.Means.Floats, scales = state.Scales.Floats)
        fixed (float* pg = gamma is null ? default : gamma.Floats, pb = beta is null ? default : beta.Floats)
            Reduction.Rows(count, row.Size, new WidestLanes<RowNormalization.Forward>(new(px, pg, pb, py, means, scales, row.Size, epsilon, centered)));
        return RecordAffine(result, x, gamma, beta, static n => RowInput(n), static n => RowGamma(n), static n => Reshape(SumRows(AsRows(n.Gradient, (RowState)n.State!)), BetaShape(n)), state);
    }

    private static Tensor RowInput(Node n)
    {
        var state = (RowState)n.State!;
        var gamma = state.HasGamma ? n.Y : null;
        if (Recording.Current is null) return RowInputForward(n.X, n.Gradient, gamma, state);
        var (z, scale) = Standardize(AsRows(n.X, state), [1], state.Epsilon, state.Centered);
        var h = AsRows(n.Gradient, state);
        if (gamma is not null) h *= Reshape(gamma, [-1]);
        return Reshape(StandardizeGradient(h, z, scale, [1], state.Centered), n.XShape);
    }

    private static Tensor RowGamma(Node n)
    {
        var state = (RowState)n.State!;
        if (Recording.Current is null) return RowGammaForward(n.X, n.Gradient, n.YShape, state);
        var (z, _) = Standardize(AsRows(n.X, state), [1], state.Epsilon, state.Centered);
        return Reshape(Sum(AsRows(n.Gradient, state) * z, [0]), n.YShape);
    }

    private static unsafe Tensor RowInputForward(Tensor x, Tensor g, Tensor? gamma, RowState state)
    {
        var result = Tensor.New(x.Shape);
        fixed (float* px = x.Floats, pg = g.Floats, py = result.Floats, means = state.Means.Floats, scales = state.Scales.Floats)
        fixed (float* w = gamma is null ? default : gamma.Floats)
            Reduction.Rows(state.Means.Length, state.Length, new WidestLanes<RowNormalization.Gradient>(new(pg, px, w, means, scales, py, state.Length, state.Centered)));
        return result;
    }

    private static unsafe Tensor RowGammaForward(Tensor x, Tensor g, Shape shape, RowState state)
    {
        var result = Tensor.New(shape);
        fixed (float* px = x.Floats, pg = g.Floats, py = result.Floats, means = state.Means.Floats, scales = state.Scales.Floats)
            if (state.Length > 0)
                ColumnReduction.Run(new RowNormalization.Scaled(pg, px, means, scales), 1, state.Means.Length, state.Length, py, default(SumReducer));
        return result;
    }

    private static Tensor AsRows(Tensor x, RowState state) => Reshape(x, Shape.Create(state.Means.Length, state.Length));

    // What normalization does, in ordinary operations: for gradients of gradients.
    private static (Tensor Z, Tensor Scale) Standardize(Tensor x, int[] axes, float epsilon, bool centered)
    {
        if (centered) x -= Mean(x, axes, keepDimensions: true);
        var scale = Rsqrt(Mean(Square(x), axes, keepDimensions: true) + epsilon);
        return (x * scale, scale);
    }

    private static Tensor StandardizeGradient(Tensor h, Tensor z, Tensor scale, int[] axes, bool centered)
    {
        var slope = Mean(h * z, axes, keepDimensions: true);
        if (centered) h -= Mean(h, axes, keepDimensions: true);
        return (h - z * slope) * scale;
    }

    private static void CheckAffine(Tensor? values, Shape shape, string name)
    {
        if (values is not null && values.Shape != shape)
            throw new ArgumentException($"A normalization of {shape} needs {name} of this shape. Received: {values.Shape}.", name);
    }

    // Gamma is always the second input; beta comes last.
    private static Tensor RecordAffine(
        Tensor result, Tensor x, Tensor? gamma, Tensor? beta, Backward dx, Backward dgamma, Backward dbeta, object state) => (gamma, beta) switch
        {
            (null, null) => Record(result, x, dx, state),
            (_, null) => Record(result, x, dx, gamma, dgamma, state),
            (null, _) => Record(result, x, dx, beta, dbeta, state),
            _ => Record(result, x, dx, gamma, dgamma, beta, dbeta, state),
        };

    private static Shape BetaShape(Node n) => n[n.EdgeCount - 1].Input.Shape;

    private sealed record RowState(int Length, float Epsilon, bool Centered, bool HasGamma, Tensor Means, Tensor Scales);
}
