using Descent.Threading;

namespace Descent.Kernels;

/// <summary>
/// A block of (outer, length, channels, inner) elements, length or inner being 1: either the channels lie side by side, or each
/// is a run of its own. What is worked out for a channel has one value for each of the (outer, channels).
/// </summary>
internal readonly unsafe struct ChannelLayout(int outer, int length, int channels, int inner)
{
    public int Outer => outer;

    public int Length => length;

    public int Channels => channels;

    public int Inner => inner;

    /// <summary>How many values stand for the channels.</summary>
    public int Count => outer * channels;

    /// <summary>The number of elements of each.</summary>
    public int PerChannel => length * inner;

    private bool IsColumns => inner == 1;

    /// <summary>Σ x of each channel.</summary>
    public void Sum(float* x, float* sums)
    {
        if (IsColumns) ColumnReduction.Run(x, outer, length, channels, sums, default(SumReducer));
        else Reduction.Run(new Values(x), Count, inner, sums, default(SumReducer));
    }

    /// <summary>Σ (x - center)² of each channel.</summary>
    public void SumSquares(float* x, float* centers, float* sums)
    {
        if (IsColumns) ColumnReduction.Run(new ColumnProducts(x, true, x, centers), outer, length, channels, sums, default(SumReducer));
        else Reduction.Rows(Count, inner, new RowJob(x, true, x, centers, inner, sums));
    }

    /// <summary>Σ g · (x - center) of each channel.</summary>
    public void SumProducts(float* g, float* x, float* centers, float* sums)
    {
        if (IsColumns) ColumnReduction.Run(new ColumnProducts(g, false, x, centers), outer, length, channels, sums, default(SumReducer));
        else Reduction.Rows(Count, inner, new RowJob(g, false, x, centers, inner, sums));
    }

    /// <summary>y = (x - center) · slope + offset, and + g · weight where there is a g.</summary>
    public void Map(float* x, float* centers, float* slopes, float* offsets, float* g, float* weights, float* y)
    {
        var job = new MapJob(x, centers, slopes, offsets, g, weights, y, length, channels, inner);
        if (IsColumns) Reduction.Rows(outer * length, channels, new WidestLanes<MapJob>(job));
        else Reduction.Rows(Count, inner, new WidestLanes<MapJob>(job));
    }

    private readonly struct ColumnProducts(float* g, bool centered, float* x, float* centers) : IColumnSource
    {
        public L Load<L>(nint index, nint row, nint column) where L : struct, ILane<L>
        {
            var center = L.Load(centers + column);
            return Product(L.Load(g + index), L.Load(x + index) - center, center);
        }

        public L LoadFirst<L>(nint index, nint row, nint column, int count) where L : struct, ILane<L>
        {
            var center = L.LoadFirst(centers + column, count);
            return Product(L.LoadFirst(g + index, count), L.LoadFirst(x + index, count) - center, center);
        }

        private L Product<L>(L g, L distance, L center) where L : struct, ILane<L> => (centered ? g - center : g) * distance;
    }

    private readonly struct RowJob(float* g, bool centered, float* x, float* centers, int length, float* sums) : IRangeJob
    {
        public void Run(int start, int end)
        {
            for (var row = start; row < end; row++)
            {
                var at = (nint)row * length;
                var product = new DistanceProduct(centered ? centers[row] : 0f, centers[row]);
                Reduction.Run(new Zipped<DistanceProduct>(g + at, x + at, product), 1, length, sums + row, default(SumReducer));
            }
        }
    }

    private readonly struct MapJob(float* x, float* centers, float* slopes, float* offsets, float* g, float* weights, float* y, int length, int channels, int inner)
        : ILaneRangeJob
    {
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            for (var row = start; row < end; row++)
                if (inner == 1) Columns<L>((nint)row * channels, (nint)(row / length) * channels);
                else Channel<L>((nint)row * inner, row);
        }

        // A row across all channels.
        private void Columns<L>(nint row, nint first) where L : struct, ILane<L>
        {
            for (var i = 0; i < channels; i += L.Count)
            {
                var count = channels - i;
                var (at, channel) = (row + i, first + i);
                var z = (Lanes.Load<L>(x + at, count) - Lanes.Load<L>(centers + channel, count)) * Lanes.Load<L>(slopes + channel, count) + Lanes.Load<L>(offsets + channel, count);
                if (g != null) z += Lanes.Load<L>(g + at, count) * Lanes.Load<L>(weights + channel, count);
                Lanes.Store(z, y + at, count);
            }
        }

        // A run of one channel.
        private void Channel<L>(nint row, int channel) where L : struct, ILane<L>
        {
            var (center, slope, offset) = (L.Create(centers[channel]), L.Create(slopes[channel]), L.Create(offsets[channel]));
            var weight = g == null ? default : L.Create(weights[channel]);
            for (var i = 0; i < inner; i += L.Count)
            {
                var (at, count) = (row + i, inner - i);
                var z = (Lanes.Load<L>(x + at, count) - center) * slope + offset;
                if (g != null) z += Lanes.Load<L>(g + at, count) * weight;
                Lanes.Store(z, y + at, count);
            }
        }
    }
}

/// <summary>(g - a) · (x - b).</summary>
internal readonly struct DistanceProduct(float a, float b) : IBinaryFunction
{
    public L Apply<L>(L g, L x) where L : struct, ILane<L> => (g - L.Create(a)) * (x - L.Create(b));
}
