using Descent.Kernels;

namespace Descent;

public static partial class Ops
{
    private static readonly Backward[] AttentionGradients =
    [
        static n => AttentionGradient(n, 0),
        static n => AttentionGradient(n, 1),
        static n => AttentionGradient(n, 2),
    ];

    /// <summary>Scaled dot-product attention of several heads, in one operation that stores no scores: <c>softmax(scale · Q Kᵀ) V</c>, head by head.</summary>
    /// <param name="query">A float32 tensor of shape <c>(batch, queries, heads, depth)</c>.</param>
    /// <param name="key">Of shape <c>(batch, keys, groups, depth)</c>; the number of groups divides that of heads, and neighbouring heads share a group.</param>
    /// <param name="value">Of shape <c>(batch, keys, groups, valueDepth)</c>.</param>
    /// <param name="mask">Bool, broadcast to <c>(batch, heads, queries, keys)</c>: false where a query does not see a key. A query that sees none attends to all keys alike.</param>
    /// <param name="scale">The factor of the scores; default <c>1 / √depth</c>.</param>
    /// <param name="isCausal">Whether each query sees only the keys up to its own place.</param>
    /// <returns>A tensor of shape <c>(batch, queries, heads, valueDepth)</c>.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit, or the mask is not bool.</exception>
    /// <seealso href="https://arxiv.org/abs/1706.03762">Vaswani et al., Attention Is All You Need (2017)</seealso>
    public static Tensor DotProductAttention(Tensor query, Tensor key, Tensor value, Tensor? mask = null, float? scale = null, bool isCausal = false)
    {
        CheckAttention(query, key, value, mask);
        var options = new AttentionOptions(mask, scale ?? 1f / MathF.Sqrt(query.Shape[3]), isCausal);
        var result = Tensor.New(Shape.Create(query.Shape[0], query.Shape[1], query.Shape[2], value.Shape[3]));
        if (key.Shape[1] == 0) result.Floats.Clear();
        else if (result.Length > 0) Attend(query, key, value, options, result);
        return Record(result, [query, key, value], AttentionGradients, options);
    }

    private static Tensor AttentionGradient(Node n, int input)
    {
        var options = (AttentionOptions)n.State!;
        if (Recording.Current is not null) return ComposedGradient(n, input, options.Compose);

        // All three at once; they lie one behind the other.
        var (q, k, v) = (n.X, n.Y, n.Input(2));
        var gradients = n.Scratch ??= DifferentiateAttention(q, k, v, options, n.Gradient);
        return gradients.View(n.Input(input).Shape, input switch { 0 => 0, 1 => q.Length, _ => q.Length + k.Length });
    }

    private static Tensor DifferentiateAttention(Tensor q, Tensor k, Tensor v, AttentionOptions options, Tensor g)
    {
        var result = Tensor.Zeros(Shape.Create(q.Length + k.Length + v.Length));
        if (g.Length > 0 && k.Length > 0) Attend(q, k, v, options, g, result);
        return result;
    }

    // Computes the output, or with room for them the gradients from that of the output.
    private static unsafe void Attend(Tensor query, Tensor key, Tensor value, AttentionOptions options, Tensor output, Tensor? gradients = null)
    {
        fixed (float* q = query.Floats, k = key.Floats, v = value.Floats, y = output.Floats, g = gradients is null ? default : gradients.Floats)
        fixed (bool* m = options.Mask is null ? default : options.Mask.Bools)
        {
            var memory = new Attention.Memory
            {
                Batch = query.Shape[0],
                Queries = query.Shape[1],
                Keys = key.Shape[1],
                Heads = query.Shape[2],
                Groups = key.Shape[2],
                Depth = query.Shape[3],
                ValueDepth = value.Shape[3],
                Scale = options.Scale,
                Causal = options.IsCausal,
                Mask = m,
                Q = q,
                K = k,
                V = v,
            };
            if (gradients is null)
            {
                memory.Output = y;
            }
            else
            {
                memory.GradientOutput = y;
                memory.GradientQ = g;
                memory.GradientK = g + query.Length;
                memory.GradientV = memory.GradientK + key.Length;
            }

            if (options.Mask is { } mask)
            {
                (memory.MaskBatch, memory.MaskHead) = (Stride(mask.Shape, 4), Stride(mask.Shape, 3));
                (memory.MaskQuery, memory.MaskKey) = (Stride(mask.Shape, 2), Stride(mask.Shape, 1));
            }

            new Attention(memory).Run();
        }

        // How far apart neighbours along an axis, counted from the end, lie in a tensor that is broadcast.
        static int Stride(Shape shape, int fromEnd) => fromEnd > shape.Rank || shape[^fromEnd] == 1 ? 0 : shape[(shape.Rank - fromEnd + 1)..].Size;
    }

    private static void CheckAttention(Tensor query, Tensor key, Tensor value, Tensor? mask)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        var (q, k, v) = (query.Shape, key.Shape, value.Shape);
        if (q.Rank != 4 || k.Rank != 4 || v.Rank != 4 || k[0] != q[0] || v[0] != q[0] || v[1] != k[1] || v[2] != k[2] || k[3] != q[3] || k[2] == 0 || q[2] % k[2] != 0)
            throw new ArgumentException($"Attention needs a query (batch, queries, heads, depth), a key (batch, keys, groups, depth) and a value (batch, keys, groups, valueDepth), with groups that divide heads. Received: query {q}, key {k}, value {v}.");
        if (mask is null) return;
        var pairs = Shape.Create(q[0], q[2], q[1], k[1]);
        if (mask.DType != DType.Bool || !Stretches(mask.Shape, pairs))
            throw new ArgumentException($"A mask of attention must be bool and broadcast to (batch, heads, queries, keys), which is {pairs}. Received: {mask.DType.KerasName()} of shape {mask.Shape}.", nameof(mask));
    }

    private static bool Stretches(Shape from, Shape to)
    {
        for (var i = 1; i <= from.Rank; i++)
            if (i > to.Rank || from[^i] != 1 && from[^i] != to[^i]) return false;
        return true;
    }

    /// <summary>The same attention of ordinary operations; its probabilities, too, can be had and changed.</summary>
    /// <param name="query">As for <see cref="DotProductAttention"/>.</param>
    /// <param name="key">As there.</param>
    /// <param name="value">As there.</param>
    /// <param name="mask">As there.</param>
    /// <param name="scale">As there.</param>
    /// <param name="isCausal">As there.</param>
    /// <param name="dropout">What becomes of the probabilities before they weigh the values; nothing when null.</param>
    /// <returns>The output, and the probabilities (batch, heads, queries, keys) before <paramref name="dropout"/>.</returns>
    internal static (Tensor Output, Tensor Probabilities) ComposedAttention(
        Tensor query, Tensor key, Tensor value, Tensor? mask = null, float? scale = null, bool isCausal = false, Func<Tensor, Tensor>? dropout = null)
    {
        CheckAttention(query, key, value, mask);
        int[] headsFirst = [0, 2, 1, 3];
        var repeats = query.Shape[2] / key.Shape[2];
        if (repeats > 1) (key, value) = (Repeat(key, repeats, 2), Repeat(value, repeats, 2));
        var scores = MatMul(Transpose(query, headsFirst) * (scale ?? 1f / MathF.Sqrt(query.Shape[3])), Transpose(key, [0, 2, 3, 1]));
        if (isCausal) mask = CausalMask(mask, query.Shape[1], key.Shape[1]);
        if (mask is not null) scores = Where(mask, scores, Attention.Masked);
        var probabilities = Softmax(scores);
        var output = MatMul(dropout is null ? probabilities : dropout(probabilities), Transpose(value, headsFirst));
        return (Transpose(output, headsFirst), probabilities);
    }

    /// <summary>Bool: true where another mask, of shape (…, queries, keys), is true, if there is one, and the key is not behind the query.</summary>
    internal static Tensor CausalMask(Tensor? mask, int queries, int keys)
    {
        var causal = GreaterEqual(ExpandDims(Arange(queries), 1), Arange(keys));
        return mask is null ? causal : LogicalAnd(mask, causal);
    }

    private sealed record AttentionOptions(Tensor? Mask, float Scale, bool IsCausal)
    {
        public Tensor Compose(Tensor?[] inputs) => ComposedAttention(inputs[0]!, inputs[1]!, inputs[2]!, Mask, Scale, IsCausal).Output;
    }
}
