using Descent.Threading;

namespace Descent.Kernels;

/// <summary>A row times a transposed matrix: one dot product of contiguous values for each element of the result.</summary>
internal readonly unsafe struct GemmDots<V>(int n, int k, float* a, float* b, nint ldb, float* c, GemmEpilogue epilogue, int chunkSize) : IParallelJob
    where V : struct, IGemmVector<V>
{
    public static void Run(int n, int k, float* a, float* b, nint ldb, float* c, GemmEpilogue epilogue)
    {
        int chunkSize = (int)Math.Clamp(Gemm.ChunkWork / 4 / Math.Max(k, 1), 4, n + 3L) / 4 * 4;
        Workers.Run((n + chunkSize - 1) / chunkSize, new GemmDots<V>(n, k, a, b, ldb, c, epilogue, chunkSize));
    }

    public void Run(int chunk)
    {
        int end = Math.Min(n, (chunk + 1) * chunkSize);
        int j = chunk * chunkSize;
        for (; j <= end - 4; j += 4)
            FourDots(j);
        for (; j < end; j++)
            Dot(j);
    }

    /// <summary>Four at a time, so that the sums do not wait for each other.</summary>
    private void FourDots(int j)
    {
        float* b0 = b + j * ldb, b1 = b0 + ldb, b2 = b1 + ldb, b3 = b2 + ldb;
        V sum0 = V.Broadcast(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
        int p = 0;
        for (; p <= k - V.Width; p += V.Width)
        {
            V factor = V.Load(a + p);
            sum0 = V.MultiplyAdd(factor, V.Load(b0 + p), sum0);
            sum1 = V.MultiplyAdd(factor, V.Load(b1 + p), sum1);
            sum2 = V.MultiplyAdd(factor, V.Load(b2 + p), sum2);
            sum3 = V.MultiplyAdd(factor, V.Load(b3 + p), sum3);
        }
        Finish(j, sum0, p);
        Finish(j + 1, sum1, p);
        Finish(j + 2, sum2, p);
        Finish(j + 3, sum3, p);
    }

    private void Dot(int j)
    {
        float* row = b + j * ldb;
        V sum = V.Broadcast(0);
        int p = 0;
        for (; p <= k - V.Width; p += V.Width)
            sum = V.MultiplyAdd(V.Load(a + p), V.Load(row + p), sum);
        Finish(j, sum, p);
    }

    /// <summary>Adds the products from p on, which fill no register, and stores the element.</summary>
    private void Finish(int j, V sum, int p)
    {
        float* row = b + j * ldb;
        GemmScalar total = GemmScalar.Broadcast(V.Sum(sum));
        for (; p < k; p++)
            total = GemmScalar.MultiplyAdd(GemmScalar.Load(a + p), GemmScalar.Load(row + p), total);
        GemmScalar.Store(epilogue.Apply(total, c + j, j), c + j);
    }
}
