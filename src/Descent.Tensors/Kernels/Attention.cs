using Descent.Memory;
using Descent.Threading;

namespace Descent.Kernels;

/// <summary>
/// Attention of some queries to all keys, block by block: softmax(scale · Q Kᵀ) V. The scores of a block of queries stay in the cache and are
/// never stored; the backward pass computes them again, which takes less time than reading them back would.
/// </summary>
/// <seealso href="https://arxiv.org/abs/2205.14135">Dao et al., FlashAttention (2022)</seealso>
internal readonly unsafe struct Attention(Attention.Memory memory) : IParallelJob
{
    /// <summary>What the score of a masked pair is taken to be: a row of nothing else attends to all keys alike, as in Keras.</summary>
    public const float Masked = -0.7f * float.MaxValue;

    // Scores of a block, and its least number of queries: keys are packed once for each block.
    private const int BlockSize = 1 << 16;
    private const int BlockRows = 48;

    [ThreadStatic]
    private static float[]? _buffer;

    /// <summary>Sizes and blocks. Queries, output and their gradients are (batch, queries, heads, …), keys and values (batch, keys, groups, …).</summary>
    public struct Memory
    {
        public int Batch, Queries, Keys, Heads, Groups, Depth, ValueDepth;
        public float Scale;
        public bool Causal;

        /// <summary>False where a query does not see a key, or null; and its strides along batch, heads, queries and keys.</summary>
        public bool* Mask;
        public nint MaskBatch, MaskHead, MaskQuery, MaskKey;

        public float* Q, K, V, Output;

        /// <summary>The gradients; <see cref="GradientOutput"/> is null in the forward pass. Those of keys and values begin with zeros.</summary>
        public float* GradientOutput, GradientQ, GradientK, GradientV;
    }

    private int Rows => Math.Min(memory.Queries, Math.Max(BlockRows, BlockSize / memory.Keys));

    private int Blocks => (memory.Queries + Rows - 1) / Rows;

    public void Run() => Workers.Run(memory.Batch * (memory.GradientOutput == null ? memory.Heads * Blocks : memory.Groups), this);

    // Forward: one block of queries of one head. Backward: all queries of the heads that share keys and values, whose gradients they add up.
    public void Run(int chunk)
    {
        if (memory.GradientOutput == null)
        {
            Forward(chunk / Blocks / memory.Heads, chunk / Blocks % memory.Heads, chunk % Blocks);
            return;
        }

        var (batch, group) = (chunk / memory.Groups, chunk % memory.Groups);
        var heads = memory.Heads / memory.Groups;
        for (var head = group * heads; head < (group + 1) * heads; head++)
            for (var block = 0; block < Blocks; block++)
                Backward(batch, head, block);
    }

    private void Forward(int batch, int head, int block)
    {
        var at = Place(batch, head, block);
        var p = AlignedMemory.Grow(ref _buffer, at.Rows * at.Columns);
        Probabilities(at, p);
        Gemm.Multiply(false, false, at.Rows, memory.ValueDepth, at.Columns, p, at.Columns, at.V, ValueStride, memory.Output + at.Output, OutputStride);
    }

    private void Backward(int batch, int head, int block)
    {
        var at = Place(batch, head, block);
        var size = at.Rows * at.Columns;
        var p = AlignedMemory.Grow(ref _buffer, 2 * size);
        var dp = p + size;
        var dy = memory.GradientOutput + at.Output;
        float* dk = memory.GradientK + at.Key, dv = memory.GradientV + at.Value;
        Probabilities(at, p);
        Gemm.Multiply(true, false, at.Columns, memory.ValueDepth, at.Rows, p, at.Columns, dy, OutputStride, dv, ValueStride, accumulate: true);
        Gemm.Multiply(false, true, at.Rows, at.Columns, memory.ValueDepth, dy, OutputStride, at.V, ValueStride, dp, at.Columns);
        new WidestLanes<Differentiate>(new Differentiate(this, at, p, dp)).Run(0, at.Rows);
        Gemm.Multiply(false, false, at.Rows, memory.Depth, at.Columns, dp, at.Columns, at.K, KeyStride, memory.GradientQ + at.Query, QueryStride);
        Gemm.Multiply(true, false, at.Columns, memory.Depth, at.Rows, dp, at.Columns, at.Q, QueryStride, dk, KeyStride, accumulate: true);
    }

    private int QueryStride => memory.Heads * memory.Depth;

    private int KeyStride => memory.Groups * memory.Depth;

    private int ValueStride => memory.Groups * memory.ValueDepth;

    private int OutputStride => memory.Heads * memory.ValueDepth;

    // Causal attention without another mask need not look at keys behind the block's last query. With one it does: a row may be masked whole.
    private bool SkipsKeys => memory.Causal && memory.Mask == null;

    private Block Place(int batch, int head, int block)
    {
        var first = block * Rows;
        var rows = Math.Min(Rows, memory.Queries - first);
        var group = head / (memory.Heads / memory.Groups);
        var query = (((nint)batch * memory.Queries + first) * memory.Heads + head) * memory.Depth;
        var key = ((nint)batch * memory.Keys * memory.Groups + group) * memory.Depth;
        var value = ((nint)batch * memory.Keys * memory.Groups + group) * memory.ValueDepth;
        return new Block
        {
            First = first,
            Rows = rows,
            Columns = SkipsKeys ? Math.Min(memory.Keys, first + rows) : memory.Keys,
            Query = query,
            Key = key,
            Value = value,
            Output = (((nint)batch * memory.Queries + first) * memory.Heads + head) * memory.ValueDepth,
            Q = memory.Q + query,
            K = memory.K + key,
            V = memory.V + value,
            Mask = memory.Mask == null ? null : memory.Mask + batch * memory.MaskBatch + head * memory.MaskHead + first * memory.MaskQuery,
        };
    }

    private void Probabilities(in Block at, float* p)
    {
        Gemm.Multiply(false, true, at.Rows, at.Columns, memory.Depth, at.Q, QueryStride, at.K, KeyStride, p, at.Columns);
        new WidestLanes<Normalize>(new Normalize(this, at, p)).Run(0, at.Rows);
    }

    // How many of a row's keys there are: the others are not looked at.
    private int Length(in Block at, int row) => SkipsKeys ? Math.Min(at.Columns, at.First + row + 1) : at.Columns;

    private bool Sees(in Block at, int row, int key) =>
        (!memory.Causal || key <= at.First + row) && (at.Mask == null || at.Mask[row * memory.MaskQuery + key * memory.MaskKey]);

    private bool SeesNothing(in Block at, int row)
    {
        if (at.Mask == null) return false;
        for (var key = 0; key < at.Columns; key++)
            if (Sees(at, row, key)) return false;
        return true;
    }

    private struct Block
    {
        public int First, Rows, Columns;
        public nint Query, Key, Value, Output;
        public float* Q, K, V;
        public bool* Mask;
    }

    /// <summary>Scores become probabilities, in place.</summary>
    private readonly struct Normalize(Attention attention, Block at, float* p) : ILaneRangeJob
    {
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            for (var row = start; row < end; row++)
            {
                var scores = p + (nint)row * at.Columns;
                var length = attention.Length(at, row);
                Elementwise.MapRange<L, Scale>(scores, scores, length, new Scale(attention.Scaling));
                if (at.Mask != null) attention.Hide(at, row, scores);
                new SoftmaxKernel.Softmax(scores, scores, length).Run<L>(0, 1);
                new Span<float>(scores + length, at.Columns - length).Clear();
            }
        }
    }

    /// <summary>The gradient of probabilities becomes that of scores before scaling, in place: scale · p (dp - Σ p dp).</summary>
    private readonly struct Differentiate(Attention attention, Block at, float* p, float* dp) : ILaneRangeJob
    {
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            for (var row = start; row < end; row++)
            {
                float* probabilities = p + (nint)row * at.Columns, slopes = dp + (nint)row * at.Columns;
                if (attention.SeesNothing(at, row))
                {
                    new Span<float>(slopes, at.Columns).Clear();
                    continue;
                }

                var products = new Zipped<Ops.MultiplyFunction>(probabilities, slopes, default);
                var mean = Reduction.Row<L, Zipped<Ops.MultiplyFunction>, SumReducer>(products, 0, at.Columns, default);
                Elementwise.ZipRange<L, Slope>(probabilities, 1, slopes, 1, slopes, at.Columns, new Slope(mean, attention.Scaling));
            }
        }
    }

    private float Scaling => memory.Scale;

    private void Hide(in Block at, int row, float* scores)
    {
        for (var key = 0; key < at.Columns; key++)
            if (!Sees(at, row, key)) scores[key] = Masked;
    }

    private readonly struct Scale(float factor) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => x * L.Create(factor);
    }

    private readonly struct Slope(float mean, float scale) : IBinaryFunction
    {
        public L Apply<L>(L p, L dp) where L : struct, ILane<L> => p * (dp - L.Create(mean)) * L.Create(scale);
    }
}
