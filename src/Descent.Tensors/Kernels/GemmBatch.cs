using Descent.Threading;

namespace Descent.Kernels;

/// <summary>Products of one shape, each on its own matrices.</summary>
internal readonly unsafe struct GemmBatch(
    bool transposeA, bool transposeB, int m, int n, int k,
    float* a, int lda, float* b, int ldb, float* c, int ldc,
    int batch, nint strideA, nint strideB, nint strideC, bool accumulate) : IParallelJob
{
    /// <summary>Products in a chunk.</summary>
    private int ChunkSize => (int)Math.Clamp(Gemm.ChunkWork / Math.Max(1, (long)m * n * k), 1, batch);

    public void Run()
    {
        if (batch <= 0)
            return;
        int chunks = (batch + ChunkSize - 1) / ChunkSize;
        // Products large enough to share among threads come one after the other, so that their matrices stay in the cache.
        if ((long)m * n * k >= 16 * Gemm.ChunkWork)
        {
            for (int chunk = 0; chunk < chunks; chunk++)
                Run(chunk);
        }
        else
        {
            Workers.Run(chunks, this);
        }
    }

    public void Run(int chunk)
    {
        int end = Math.Min(batch, (chunk + 1) * ChunkSize);
        for (nint i = chunk * ChunkSize; i < end; i++)
            Gemm.Multiply(transposeA, transposeB, m, n, k, a + i * strideA, lda, b + i * strideB, ldb, c + i * strideC, ldc, accumulate);
    }
}
