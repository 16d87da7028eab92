using Descent.Memory;
using Descent.Threading;

namespace Descent.Kernels;

/// <summary>
/// A convolution as a product: patches of the input <c>(outputs, taps · channels)</c> times the kernel <c>(taps · channels, filters)</c>. The three
/// tensors that meet in it are each found from the two others; the patches are made block by block, where they stay in the cache.
/// </summary>
/// <remarks>All tensors have their channels last. Groups divide the channels and the filters; each group is a product of its own.</remarks>
internal readonly unsafe struct Convolution(SlidingWindow window, int batch, int channels, int filters, int groups)
{
    // A block of patches stays in the second-level cache, and is high enough for the packing of the kernel to be worth it.
    private const int BlockSize = 64 * 1024;
    private const int LeastBlockRows = 96;
    private const int MostBlockRows = 960;

    // The gradient of the kernel is a sum over all rows, taken in parts. Their number depends on the shapes alone.
    private const int MostParts = 16;
    private const int MostPartCells = 1 << 21;

    [ThreadStatic]
    private static float[]? t_patches;

    [ThreadStatic]
    private static float[]? t_upstream;

    private SlidingWindow Window => window;

    private int Batch => batch;

    private int Channels => channels;

    private int Filters => filters;

    private int Groups => groups;

    private int GroupChannels => channels / groups;

    private int GroupFilters => filters / groups;

    /// <summary>The numbers of a patch.</summary>
    private int Depth => window.Taps * GroupChannels;

    private int Rows => checked(batch * window.Outputs);

    private int BlockRows => Math.Clamp(BlockSize / Math.Max(1, Depth), LeastBlockRows, MostBlockRows);

    /// <summary>The parts in which <see cref="Kernel"/> sums.</summary>
    public int Parts
    {
        get
        {
            var cells = (long)Depth * filters;
            return (int)Math.Clamp(Math.Min(Rows * cells / (2 * Gemm.ChunkWork), MostPartCells / Math.Max(1, cells)), 1, MostParts);
        }
    }

    /// <summary>y = activation(patches(x) · kernel + bias)</summary>
    public void Output(float* x, float* kernel, float* bias, GemmActivation activation, float* y)
    {
        var rows = BlockRows;
        Workers.Run((Rows + rows - 1) / rows, new OutputJob(this, x, kernel, bias, activation, y, rows));
    }

    /// <summary>x = the sum of all g · kernelᵀ at the places that the patches came from, + bias</summary>
    public void Input(Upstream g, float* kernel, float* bias, float* x)
    {
        // Patches of one sample overlap, those of different samples do not.
        var samples = Math.Clamp(BlockRows / Math.Max(1, window.Outputs), 1, Math.Max(1, batch));
        Workers.Run((batch + samples - 1) / samples, new InputJob(this, g, kernel, bias, x, samples));
    }

    /// <summary>kernel = patches(x)ᵀ · g, as the sum of <see cref="Parts"/> parts; if wanted with the sum of g, the gradient of a bias, as one more row.</summary>
    public void Kernel(float* x, Upstream g, float* parts, bool withBias) => Workers.Run(Parts, new KernelJob(this, x, g, parts, withBias));

    /// <summary>A gradient with respect to the outputs. Behind a rectifier it passes only where the outputs were positive.</summary>
    public readonly struct Upstream(float* g, float* rectified)
    {
        /// <summary>Some rows of it.</summary>
        public float* Rows(int start, int count, int columns)
        {
            var (first, length) = ((nint)start * columns, checked(count * columns));
            if (rectified == null) return g + first;
            var rows = AlignedMemory.Grow(ref t_upstream, length);
            Elementwise.ZipRange(g + first, 1, rectified + first, 1, rows, length, new Ops.ReluSlope());
            return rows;
        }
    }

    /// <summary>Some rows of the patches of one group: a copy, or the input itself where a patch is one position.</summary>
    private float* Patches(float* x, int group, int start, int end, out int stride)
    {
        x += group * GroupChannels;
        stride = window.IsPointwise ? channels : Depth;
        if (window.IsPointwise) return x + (nint)start * channels;
        var patches = Buffer(end - start);
        new WidestLanes<PatchWalk<Gather>>(new(window, x, channels, GroupChannels, patches)).Run(start, end);
        return patches;
    }

    private float* Buffer(int rows) => AlignedMemory.Grow(ref t_patches, (nint)rows * Depth);

    private readonly struct OutputJob(Convolution shape, float* x, float* kernel, float* bias, GemmActivation activation, float* y, int blockRows) : IParallelJob
    {
        public void Run(int chunk)
        {
            var start = chunk * blockRows;
            var end = start + Math.Min(blockRows, shape.Rows - start);
            var (n, ldb) = (shape.GroupFilters, shape.Filters);
            for (var group = 0; group < shape.Groups; group++)
            {
                var patches = shape.Patches(x, group, start, end, out var stride);
                var filter = group * n;
                Gemm.Multiply(
                    false, false, end - start, n, shape.Depth, patches, stride, kernel + filter, ldb, y + (nint)start * ldb + filter, ldb,
                    bias: bias == null ? null : bias + filter, activation: activation);
            }
        }
    }

    private readonly struct InputJob(Convolution shape, Upstream g, float* kernel, float* bias, float* x, int samples) : IParallelJob
    {
        public void Run(int chunk)
        {
            var (first, window) = (chunk * samples, shape.Window);
            var last = first + Math.Min(samples, shape.Batch - first);
            if (!window.IsPointwise) Fill(x + (nint)first * window.Inputs * shape.Channels, (last - first) * window.Inputs);
            var step = shape.BlockRows;
            var end = last * window.Outputs;
            for (var start = first * window.Outputs; start < end; start += step)
            {
                var rows = Math.Min(step, end - start);
                var upstream = g.Rows(start, rows, shape.Filters);
                for (var group = 0; group < shape.Groups; group++) Run(upstream, group, start, start + rows);
            }
        }

        private void Run(float* g, int group, int start, int end)
        {
            var (k, n, ldb) = (shape.GroupFilters, shape.GroupChannels, shape.Filters);
            var target = x + group * n;
            float* upstream = g + group * k, weights = kernel + group * k;
            if (shape.Window.IsPointwise)
            {
                Gemm.Multiply(
                    false, true, end - start, n, k, upstream, ldb, weights, ldb, target + (nint)start * shape.Channels, shape.Channels,
                    bias: bias == null ? null : bias + group * n);
                return;
            }

            var patches = shape.Buffer(end - start);
            Gemm.Multiply(false, true, end - start, shape.Depth, k, upstream, ldb, weights, ldb, patches, shape.Depth);
            new WidestLanes<PatchWalk<ScatterAdd>>(new(shape.Window, target, shape.Channels, n, patches)).Run(start, end);
        }

        private void Fill(float* target, int positions)
        {
            if (bias == null) new Span<float>(target, positions * shape.Channels).Clear();
            else
                for (nint i = 0; i < positions; i++) new ReadOnlySpan<float>(bias, shape.Channels).CopyTo(new Span<float>(target + i * shape.Channels, shape.Channels));
        }
    }

    private readonly struct KernelJob(Convolution shape, float* x, Upstream g, float* parts, bool withBias) : IParallelJob
    {
        public void Run(int chunk)
        {
            var first = (int)((long)shape.Rows * chunk / shape.Parts);
            var end = (int)((long)shape.Rows * (chunk + 1) / shape.Parts);
            var (n, ldb, step) = (shape.GroupFilters, shape.Filters, shape.BlockRows);
            var size = (shape.Depth + (withBias ? 1 : 0)) * ldb;
            var part = parts + (nint)chunk * size;
            var one = 1f;
            if (first == end) new Span<float>(part, size).Clear();
            for (var start = first; start < end; start += step)
            {
                var rows = Math.Min(step, end - start);
                var upstream = g.Rows(start, rows, ldb);
                // A column of ones, read again and again, sums the rows.
                if (withBias) Gemm.Multiply(true, false, 1, ldb, rows, &one, 0, upstream, ldb, part + shape.Depth * ldb, ldb, accumulate: start > first);
                for (var group = 0; group < shape.Groups; group++)
                {
                    var patches = shape.Patches(x, group, start, start + rows, out var stride);
                    var filter = group * n;
                    Gemm.Multiply(
                        true, false, shape.Depth, n, rows, patches, stride, upstream + filter, ldb, part + filter, ldb, accumulate: start > first);
                }
            }
        }
    }
}
