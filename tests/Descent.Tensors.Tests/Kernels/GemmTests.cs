using Descent.Kernels;
using Descent.Tests.Threading;
using Descent.Threading;

namespace Descent.Tests.Kernels;

[Collection(ThreadCountTests.Name)]
public sealed unsafe class GemmTests : IDisposable
{
    private static readonly int[] Sizes = [0, 1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 33, 64, 100, 257];

    private readonly int _count = Workers.Count;

    public static TheoryData<string> Kernels => ["512", "256", "128", "scalar"];

    public void Dispose() => Workers.SetCount(_count);

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Multiply_EverySizeAndTranspose_MatchesDouble(string kernel)
    {
        Workers.SetCount(2);
        var random = new System.Random(1);
        foreach (int m in Sizes)
        {
            foreach (int n in Sizes)
            {
                foreach (int k in Sizes)
                {
                    var problem = new GemmProblem(m, n, k, random);
                    for (int transposes = 0; transposes < 4; transposes++)
                    {
                        int options = random.Next(8);
                        problem.Check(
                            kernel, (transposes & 1) != 0, (transposes & 2) != 0, padding: random.Next(4),
                            accumulate: (options & 1) != 0, bias: (options & 2) != 0, (options & 4) != 0 ? GemmActivation.Relu : GemmActivation.None);
                    }
                }
            }
        }
    }

    [Fact]
    public void Multiply_MoreThanOneBlockInEveryDirection_MatchesDouble()
    {
        // More rows, more columns and more depth than one block holds.
        foreach ((int m, int n) in new[] { (1203, 141), (141, 2161) })
        {
            var problem = new GemmProblem(m, n, 401, new System.Random(2));
            for (int transposes = 0; transposes < 4; transposes++)
                problem.Check("default", (transposes & 1) != 0, (transposes & 2) != 0, padding: 1, accumulate: true, bias: true, GemmActivation.Relu);
            problem.Check("default", false, false, padding: 0, accumulate: false, bias: false, GemmActivation.None);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Multiply_AnyNumberOfThreads_SameBits(string kernel)
    {
        foreach ((int m, int n, int k) in new[] { (300, 500, 700), (3000, 10, 64), (32, 128, 784), (1, 600, 3000), (3000, 1, 600), (16, 900, 900), (60, 2300, 400) })
        {
            var problem = new GemmProblem(m, n, k, new System.Random(3));
            for (int transposes = 0; transposes < 4; transposes++)
            {
                float[]? expected = null;
                foreach (int threads in (int[])[1, 2, 7])
                {
                    Workers.SetCount(threads);
                    float[] c = problem.Run(
                        kernel, (transposes & 1) != 0, (transposes & 2) != 0, padding: 0, accumulate: true, bias: true, GemmActivation.None);
                    expected ??= c;
                    Assert.True(
                        expected.AsSpan().SequenceEqual(c), $"{m}x{k}x{n} transposed {transposes} must not depend on the number of threads. Received: other bits with {threads}.");
                }
            }
        }
    }

    [Fact]
    public void Multiply_NaN_SpreadsThroughRelu()
    {
        float a = float.NaN, b = 1, c = 0;
        Gemm.Multiply(false, false, 1, 1, 1, &a, 1, &b, 1, &c, 1, activation: GemmActivation.Relu);
        Assert.True(float.IsNaN(c));
    }

    [Fact]
    public void Multiply_AfterWarmUp_AllocatesNothing()
    {
        Workers.SetCount(2);
        var matrix = new float[300 * 300];
        var result = new float[300 * 300];
        fixed (float* a = matrix, c = result)
        {
            Gemm.Multiply(false, true, 300, 300, 300, a, 300, a, 300, c, 300);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Gemm.Multiply(false, true, 300, 300, 300, a, 300, a, 300, c, 300);
            Gemm.Multiply(true, false, 32, 10, 64, a, 32, a, 10, c, 10);
            Gemm.MultiplyBatched(false, false, 10, 10, 10, a, 10, a, 10, c, 10, batch: 50, 100, 100, 100);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [Theory]
    [InlineData(0, 4, 5, 6)]
    [InlineData(1, 4, 5, 6)]
    [InlineData(9, 1, 7, 3)]
    [InlineData(500, 16, 24, 8)]
    [InlineData(3, 150, 170, 190)]
    public void MultiplyBatched_EachProduct_IsThatOfMultiply(int batch, int m, int n, int k)
    {
        Workers.SetCount(2);
        var random = new System.Random(4);
        float[] a = Values(batch * m * k + 1), b = Values(k * n), c = Values(batch * m * n + 1), expected = [.. c];
        fixed (float* pa = a, pb = b, pc = c, pe = expected)
        {
            for (int i = 0; i < batch; i++)
                Gemm.Multiply(true, false, m, n, k, pa + i * m * k, m, pb, n, pe + i * m * n, n, accumulate: true);
            // A stride of 0 shares one matrix among all products.
            Gemm.MultiplyBatched(true, false, m, n, k, pa, m, pb, n, pc, n, batch, m * k, 0, m * n, accumulate: true);
        }
        Assert.Equal(expected, c);

        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }
}
