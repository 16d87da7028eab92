using Descent.Kernels;
using Descent.RandomNumbers;
using Descent.Tests.Threading;
using Descent.Threading;

namespace Descent.Tests.Kernels;

/// <summary>The same bits at every width and number of threads, for every short length, at odd offsets, nothing written beside.</summary>
[Collection(ThreadCountTests.Name)]
public sealed unsafe class LaneWidthTests : IDisposable
{
    private const int Guard = 17;
    private const float Untouched = 12345.678f;
    private static readonly int[] Widths = [16, 8, 4, 1];
    private readonly int _count = Workers.Count;

    public void Dispose() => Workers.SetCount(_count);

    [Fact]
    public void Map_EveryLengthAndOffset_GivesTheSameBits()
    {
        CheckMap(new LaneMathTests.Exp());
        CheckMap(new LaneMathTests.ExpMinusOne());
        CheckMap(new LaneMathTests.Log());
        CheckMap(new LaneMathTests.LogOnePlus());
        CheckMap(new LaneMathTests.Tanh());
        CheckMap(new LaneMathTests.Sigmoid());
        CheckMap(new LaneMathTests.Softplus());
        CheckMap(new LaneMathTests.Erf());
        CheckMap(new Everything());
    }

    // What the tests above draw is neither large nor small.
    [Fact]
    public void Functions_AllExponents_GiveTheSameBits()
    {
        CheckRange(new LaneMathTests.Exp());
        CheckRange(new LaneMathTests.ExpMinusOne());
        CheckRange(new LaneMathTests.Log());
        CheckRange(new LaneMathTests.LogOnePlus());
        CheckRange(new LaneMathTests.Tanh());
        CheckRange(new LaneMathTests.Sigmoid());
        CheckRange(new LaneMathTests.Softplus());
        CheckRange(new LaneMathTests.Erf());
    }

    private static void CheckRange<F>(F function) where F : struct, IUnaryFunction
    {
        const int Stride = 99_991;
        float[] inputs = [0f, -0f, float.PositiveInfinity, float.NegativeInfinity, float.NaN, .. Enumerable.Range(0, (int)(uint.MaxValue / Stride)).Select(i => BitConverter.UInt32BitsToSingle((uint)i * Stride))];
        int[]? expected = null;
        foreach (var width in Widths)
        {
            using var limit = Lanes.LimitTo(width);
            var values = new float[inputs.Length];
            fixed (float* x = inputs, y = values) Elementwise.Map(x, y, inputs.Length, function);
            // Which of several NaNs comes out is the processor's choice.
            var bits = Array.ConvertAll(values, v => BitConverter.SingleToInt32Bits(float.IsNaN(v) ? float.NaN : v));
            expected ??= bits;
            Assert.Equal(expected, bits);
        }
    }

    private static void CheckMap<F>(F function) where F : struct, IUnaryFunction =>
        Check((x, y, length) => Elementwise.Map(x, y, length, function));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    [InlineData(0, 0)]
    public void Zip_EveryLengthAndOffset_GivesTheSameBits(int xStep, int yStep) =>
        Check((x, y, length) =>
        {
            if (length > 0) Elementwise.Zip(x, xStep, x + 1, yStep, y, length, new Mixed());
        });

    [Fact]
    public void FirstOfALane_ReadAndWritten_TouchesNothingBehind()
    {
        CheckFirst<ScalarLane>();
        if (Lanes.Use128) CheckFirst<Lane128>();
        if (Lanes.Use256) CheckFirst<Lane256>();
        if (Lanes.Use512) CheckFirst<Lane512>();
    }

    private static void CheckFirst<L>() where L : struct, ILane<L>
    {
        var x = stackalloc float[16];
        var y = stackalloc float[16];
        for (var count = 1; count < L.Count; count++)
        {
            for (var i = 0; i < 16; i++) (x[i], y[i]) = (i < count ? i + 1 : float.NaN, Untouched);
            var lane = L.LoadFirst(x, count);
            (lane + L.Create(0.5f)).StoreFirst(y, count);
            for (var i = 0; i < 16; i++) Assert.Equal(i < count ? i + 1.5f : Untouched, y[i]);
            lane.Store(y);
            for (var i = 0; i < L.Count; i++) Assert.Equal(i < count ? i + 1 : 0, y[i]);
        }
    }

    [Fact]
    public void Reduction_EveryLengthAndOffset_GivesTheSameBits()
    {
        CheckRow(new SumReducer());
        CheckRow(new MaxReducer());
        CheckRow(new MinReducer());
    }

    private static void CheckRow<R>(R reducer) where R : struct, IReducer =>
        Check((x, y, length) =>
        {
            if (length == 0) return;
            Reduction.Run(x, 1, length, 1, y, reducer);
            // (2, length, 3) → (2, 3), from overlapping input.
            if (length >= 12) Reduction.Run(x, 2, length / 6, 3, y + 1, reducer);
        });

    [Theory]
    [InlineData(200, 10)] // a row of columns that fills no lane
    [InlineData(70, 150)] // four lanes, a lane and a rest
    [InlineData(1700, 12)] // a second piece of rows
    [InlineData(300, 1100)] // several pieces, several blocks of columns
    public void SumOfColumns_AnyShape_EqualsTheSumOfEachAtEveryWidth(int rows, int columns)
    {
        var x = Data(2 * rows * columns);
        float[]? expected = null;
        foreach (var width in Widths)
        {
            using var limit = Lanes.LimitTo(width);
            var y = new float[2 * columns];
            fixed (float* px = x, py = y) Reduction.Run(px, 2, rows, columns, py, new SumReducer());
            expected ??= y;
            Assert.Equal(expected, y);
        }

        for (var i = 0; i < expected!.Length; i++)
        {
            var column = i / columns * rows * columns + i % columns;
            Assert.Equal(Enumerable.Range(0, rows).Sum(row => (double)x[column + row * columns]), expected[i], 3e-6 * rows);
        }
    }

    [Fact]
    public void Kernels_LongInput_GiveTheSameBitsOnAnyNumberOfThreads()
    {
        var x = Data(5 * Lanes.ChunkLength + 321);
        Workers.SetCount(1);
        var expected = Run();
        foreach (var threads in (int[])[2, 7])
        {
            Workers.SetCount(threads);
            Assert.Equal(expected, Run());
        }

        float[] Run()
        {
            var y = new float[2 * x.Length + 1 + 1000];
            fixed (float* px = x, py = y)
            {
                Elementwise.Map(px, py, x.Length, new LaneMathTests.Tanh());
                Elementwise.Zip(px, 1, px, 1, py + x.Length, x.Length, new Mixed());
                Reduction.Run(px, 1, x.Length, 1, py + 2 * x.Length, new SumReducer());
                Reduction.Run(px, 1, x.Length / 1000, 1000, py + 2 * x.Length + 1, new SumReducer());
            }

            return y;
        }
    }

    [Fact]
    public void Reduction_LongSum_IsAccurate()
    {
        var x = Data(1_000_003);
        float sum;
        fixed (float* px = x) Reduction.Run(px, 1, x.Length, 1, &sum, new SumReducer());
        var exact = x.Sum(v => (double)v);
        // Pairs of 64 accumulators over chunks of 16 k: errors grow with 256 + 6 + 62 additions, not with a million.
        Assert.Equal(exact, sum, 324 * 6e-8 * x.Sum(v => Math.Abs((double)v)) / 20);
    }

    private delegate void Kernel(float* x, float* y, int length);

    private static void Check(Kernel kernel)
    {
        for (var length = 0; length <= 257; length++)
        {
            var offset = 1 + 2 * (length % 8);
            float[]? expected = null;
            foreach (var width in Widths)
            {
                using var limit = Lanes.LimitTo(width);
                var (input, output) = (Data(offset + length + Guard), new float[Guard + offset + length + Guard]);
                Array.Fill(output, Untouched);
                fixed (float* x = input, y = output) kernel(x + offset, y + Guard + offset, length);
                Assert.All(output[..(Guard + offset)].Concat(output[(Guard + offset + length)..]), v => Assert.Equal(Untouched, v));
                expected ??= output;
                Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), output.Select(BitConverter.SingleToInt32Bits));
            }
        }
    }

    private static float[] Data(int length)
    {
        var values = new float[length];
        new Philox(11).Uniform(values, -3f, 5f);
        return values;
    }

    // Each operation of a lane once.
    private readonly struct Everything : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L>
        {
            var mantissa = L.Split(L.Abs(x) + L.Create(0.5f), out var exponent);
            var rounded = L.Floor(x * L.Create(3f));
            var masked = L.Select(L.GreaterThan(x, L.Create(1f)), L.Sqrt(L.Abs(x)), -x);
            masked = L.Select(L.GreaterThanOrEqual(rounded, L.Create(2f)), masked, L.Max(x, L.Create(-1f)) / L.Create(7f));
            masked = L.Select(L.Equal(rounded, L.Create(3f)), L.Min(masked, rounded), masked);
            return L.CopySign(masked + mantissa * L.PowerOfTwo(exponent - rounded), x);
        }
    }

    private readonly struct Mixed : IBinaryFunction
    {
        public L Apply<L>(L x, L y) where L : struct, ILane<L> => x * x - y / (x + L.Create(4f));
    }
}
