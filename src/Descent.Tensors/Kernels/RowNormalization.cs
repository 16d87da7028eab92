namespace Descent.Kernels;

/// <summary>Rows brought to mean 0 (if centered) and mean square 1, then scaled and shifted element by element; and the gradient of that.</summary>
internal static unsafe class RowNormalization
{
    /// <summary>y = (x - mean) · scale · gamma + beta; keeps each row's mean and scale for the gradient.</summary>
    public readonly struct Forward(float* x, float* gamma, float* beta, float* y, float* means, float* scales, int length, float epsilon, bool centered) : ILaneRangeJob
    {
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            var part = 1f / length;
            for (var row = start; row < end; row++)
            {
                float* from = x + (nint)row * length, to = y + (nint)row * length;
                var values = new Values(from);
                var mean = centered ? Reduction.Row<L, Values, SumReducer>(in values, 0, length, default) * part : 0f;
                var squares = new Zipped<DistanceProduct>(from, from, new DistanceProduct(mean, mean));
                var scale = 1f / MathF.Sqrt(Reduction.Row<L, Zipped<DistanceProduct>, SumReducer>(in squares, 0, length, default) * part + epsilon);
                (means[row], scales[row]) = (mean, scale);
                var (center, factor) = (L.Create(mean), L.Create(scale));
                for (var i = 0; i < length; i += L.Count)
                {
                    var count = length - i;
                    var z = (Lanes.Load<L>(from + i, count) - center) * factor;
                    if (gamma != null) z *= Lanes.Load<L>(gamma + i, count);
                    if (beta != null) z += Lanes.Load<L>(beta + i, count);
                    Lanes.Store(z, to + i, count);
                }
            }
        }
    }

    /// <summary>With h = g · gamma and z = (x - mean) · scale: dx = scale · (h - mean(h) - z · mean(h · z)), without mean(h) if not centered.</summary>
    public readonly struct Gradient(float* g, float* x, float* gamma, float* means, float* scales, float* dx, int length, bool centered) : ILaneRangeJob
    {
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            var part = 1f / length;
            for (var row = start; row < end; row++)
            {
                var at = (nint)row * length;
                float* to = dx + at, from = x + at, h = g + at;
                if (gamma != null)
                {
                    Elementwise.ZipRange<L, Product>(h, 1, gamma, 1, to, length, default);
                    h = to;
                }

                var (mean, scale) = (means[row], scales[row]);
                var values = new Values(h);
                var products = new Zipped<DistanceProduct>(h, from, new DistanceProduct(0f, mean));
                var offset = centered ? Reduction.Row<L, Values, SumReducer>(in values, 0, length, default) * part : 0f;
                var slope = Reduction.Row<L, Zipped<DistanceProduct>, SumReducer>(in products, 0, length, default) * part * scale * scale;
                for (var i = 0; i < length; i += L.Count)
                {
                    var count = length - i;
                    var z = Lanes.Load<L>(h + i, count) - L.Create(offset) - (Lanes.Load<L>(from + i, count) - L.Create(mean)) * L.Create(slope);
                    Lanes.Store(z * L.Create(scale), to + i, count);
                }
            }
        }
    }

    /// <summary>g · (x - mean) · scale, with the mean and scale of the row: what the gradient of gamma sums.</summary>
    public readonly struct Scaled(float* g, float* x, float* means, float* scales) : IColumnSource
    {
        public L Load<L>(nint index, nint row, nint column) where L : struct, ILane<L> => Apply(row, L.Load(g + index), L.Load(x + index));

        public L LoadFirst<L>(nint index, nint row, nint column, int count) where L : struct, ILane<L> =>
            Apply(row, L.LoadFirst(g + index, count), L.LoadFirst(x + index, count));

        private L Apply<L>(nint row, L g, L x) where L : struct, ILane<L> => g * ((x - L.Create(means[row])) * L.Create(scales[row]));
    }

    private readonly struct Product : IBinaryFunction
    {
        public L Apply<L>(L x, L y) where L : struct, ILane<L> => x * y;
    }
}
