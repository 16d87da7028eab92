using Descent.Threading;

namespace Descent.Kernels;

/// <summary>
/// How two dense operands are walked to fill a broadcast result: neighbouring dimensions that both operands walk alike are
/// merged, so that what remains is an inner run of steps 0 or 1 and a few outer dimensions.
/// </summary>
internal unsafe struct Broadcasting
{
    private const int MaxRank = 8;
    private readonly int _outerRank;
    private readonly int _outer;
    private readonly int _inner;
    private readonly int _xStep;
    private readonly int _yStep;
    private fixed int _dimensions[MaxRank];
    private fixed int _xStrides[MaxRank];
    private fixed int _yStrides[MaxRank];

    public Broadcasting(Shape x, Shape y, Shape result)
    {
        // Innermost first: merge a dimension into the one before when both operands go on without a gap.
        var count = 0;
        int xRun = 1, yRun = 1;
        for (var i = 1; i <= result.Rank; i++)
        {
            var size = result[^i];
            if (size == 1) continue;
            var xSize = i <= x.Rank ? x[^i] : 1;
            var ySize = i <= y.Rank ? y[^i] : 1;
            var xStride = xSize == 1 ? 0 : xRun;
            var yStride = ySize == 1 ? 0 : yRun;
            xRun *= xSize;
            yRun *= ySize;
            if (count > 0 && Continues(_xStrides[count - 1], xStride, _dimensions[count - 1]) && Continues(_yStrides[count - 1], yStride, _dimensions[count - 1]))
            {
                _dimensions[count - 1] *= size;
                continue;
            }

            if (count == MaxRank)
                throw new ArgumentException($"Shapes can be broadcast together up to rank {MaxRank}, neighbouring dimensions that both repeat or both walk counting as one. Received: {x} and {y}.");
            _dimensions[count] = size;
            _xStrides[count] = xStride;
            _yStrides[count] = yStride;
            count++;
        }

        _inner = count > 0 ? _dimensions[0] : 1;
        _xStep = count > 0 ? _xStrides[0] : 0;
        _yStep = count > 0 ? _yStrides[0] : 0;
        _outerRank = Math.Max(0, count - 1);
        _outer = result.Size / Math.Max(1, _inner);
    }

    private static bool Continues(int innerStride, int stride, int size) => innerStride == 0 ? stride == 0 : stride == innerStride * size;

    public void Zip<F>(float* x, float* y, float* z, F f) where F : struct, IBinaryFunction => Run(new ZipRun<F>(x, y, z, f));

    /// <summary>Hands over the whole result as runs, in parallel when there is much of it.</summary>
    public void Run<R>(R run) where R : struct, IBroadcastRun
    {
        if (_outer == 1)
        {
            Workers.Run(Lanes.Chunks(_inner), new ChunkJob<R>(this, run));
            return;
        }

        var rows = Math.Max(1, Lanes.ChunkLength / Math.Max(1, _inner));
        Workers.Run((_outer - 1) / rows + 1, new RowsJob<R>(this, rows, run));
    }

    private void Offsets(int row, out int x, out int y)
    {
        x = 0;
        y = 0;
        for (var d = 1; d <= _outerRank; d++)
        {
            var index = row % _dimensions[d];
            row /= _dimensions[d];
            x += index * _xStrides[d];
            y += index * _yStrides[d];
        }
    }

    private readonly struct ZipRun<F>(float* x, float* y, float* z, F f) : IBroadcastRun where F : struct, IBinaryFunction
    {
        public void Run(int xStart, int xStep, int yStart, int yStep, int start, int length) =>
            Elementwise.ZipRange(x + xStart, xStep, y + yStart, yStep, z + start, length, f);
    }

    private readonly struct ChunkJob<R>(Broadcasting plan, R run) : IParallelJob where R : struct, IBroadcastRun
    {
        public void Run(int chunk)
        {
            var (start, count) = Lanes.Chunk(chunk, plan._inner);
            run.Run(start * plan._xStep, plan._xStep, start * plan._yStep, plan._yStep, start, count);
        }
    }

    private readonly struct RowsJob<R>(Broadcasting plan, int rows, R run) : IParallelJob where R : struct, IBroadcastRun
    {
        public void Run(int chunk)
        {
            var first = chunk * rows;
            var last = first + Math.Min(rows, plan._outer - first);
            for (var row = first; row < last; row++)
            {
                plan.Offsets(row, out var x, out var y);
                run.Run(x, plan._xStep, y, plan._yStep, row * plan._inner, plan._inner);
            }
        }
    }
}

/// <summary>Fills one run of a broadcast result; each operand goes on by a step of 0 or 1.</summary>
internal interface IBroadcastRun
{
    void Run(int xStart, int xStep, int yStart, int yStep, int start, int length);
}
