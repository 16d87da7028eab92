using System.Runtime.Intrinsics;
using Descent.Memory;
using Descent.Threading;

namespace Descent.Kernels;

/// <summary>A function applied to each element of a product before it is stored.</summary>
internal enum GemmActivation
{
    None,
    Relu,
}

/// <summary>
/// Matrix product in float32, row-major, blocked for registers and caches.
/// Work is cut by its size alone and k is never divided among threads, so the bits do not depend on their number.
/// </summary>
/// <seealso href="https://doi.org/10.1145/1356052.1356053">Goto and van de Geijn, Anatomy of high-performance matrix multiplication (2008)</seealso>
/// <seealso href="https://doi.org/10.1145/2764454">Van Zee and van de Geijn, BLIS: a framework for rapidly instantiating BLAS functionality (2015)</seealso>
internal static unsafe class Gemm
{
    // The largest block: its packed parts of A and B stay in the third-level cache, a chunk of rows of A in the second.
    private const int MaxRows = 1152;
    private const int MaxColumns = 2048;
    private const int MaxChunkRows = 96;
    private const int MaxChunkColumns = 256;

    // A strip of B stays in the first-level cache while it meets all rows of a chunk. A shorter product is not worth a second stretch of k.
    private const int MaxDepth = 256;
    private const int MaxOnlyDepth = 384;

    // Packing pays when a strip is read often enough and the matrix is too large to stay near the processor in place.
    private const int PackedSize = 16384;
    private const int PackBRows = 48;
    private const int PackAColumns = 128;

    /// <summary>Products (of k-many multiplications each) that are worth a thread's attention: some microseconds.</summary>
    internal const long ChunkWork = 1 << 18;

    // The calling thread's memory for packed strips; a few MB at most.
    [ThreadStatic]
    private static float[]? _buffer;

    /// <summary>
    /// c = activation(op(a) · op(b) + c (if <paramref name="accumulate"/>) + bias), where op(a) is (m, k), op(b) is (k, n) and c is (m, n).
    /// </summary>
    /// <param name="transposeA">Whether <paramref name="a"/> is stored as (k, m).</param>
    /// <param name="transposeB">Whether <paramref name="b"/> is stored as (n, k).</param>
    /// <param name="m">Rows of c.</param>
    /// <param name="n">Columns of c.</param>
    /// <param name="k">Products summed for an element of c; 0 leaves the sum empty.</param>
    /// <param name="a">The left matrix as stored, with rows <paramref name="lda"/> elements apart.</param>
    /// <param name="lda">The row stride of <paramref name="a"/>.</param>
    /// <param name="b">The right matrix as stored, with rows <paramref name="ldb"/> elements apart.</param>
    /// <param name="ldb">The row stride of <paramref name="b"/>.</param>
    /// <param name="c">The result, with rows <paramref name="ldc"/> elements apart; it must not overlap the others.</param>
    /// <param name="ldc">The row stride of <paramref name="c"/>.</param>
    /// <param name="accumulate">Whether the product is added to c; otherwise c is not read.</param>
    /// <param name="bias">n values, one a column, or null.</param>
    /// <param name="activation">The function applied last.</param>
    public static void Multiply(
        bool transposeA, bool transposeB, int m, int n, int k, float* a, int lda, float* b, int ldb, float* c, int ldc,
        bool accumulate = false, float* bias = null, GemmActivation activation = GemmActivation.None)
    {
        if (Vector512.IsHardwareAccelerated)
            Multiply<GemmVector512>(transposeA, transposeB, m, n, k, a, lda, b, ldb, c, ldc, accumulate, bias, activation);
        else if (Vector256.IsHardwareAccelerated)
            Multiply<GemmVector256>(transposeA, transposeB, m, n, k, a, lda, b, ldb, c, ldc, accumulate, bias, activation);
        else if (Vector128.IsHardwareAccelerated)
            Multiply<GemmVector128>(transposeA, transposeB, m, n, k, a, lda, b, ldb, c, ldc, accumulate, bias, activation);
        else
            Multiply<GemmScalar>(transposeA, transposeB, m, n, k, a, lda, b, ldb, c, ldc, accumulate, bias, activation);
    }

    /// <summary><see cref="Multiply"/> for each of <paramref name="batch"/> products, whose matrices lie the given strides apart.</summary>
    public static void MultiplyBatched(
        bool transposeA, bool transposeB, int m, int n, int k,
        float* a, int lda, float* b, int ldb, float* c, int ldc,
        int batch, nint strideA, nint strideB, nint strideC, bool accumulate = false)
    {
        var products = new GemmBatch(transposeA, transposeB, m, n, k, a, lda, b, ldb, c, ldc, batch, strideA, strideB, strideC, accumulate);
        products.Run();
    }

    /// <summary><see cref="Multiply"/> by the kernel of one width of vectors.</summary>
    internal static void Multiply<V>(
        bool transposeA, bool transposeB, int m, int n, int k, float* a, int lda, float* b, int ldb, float* c, int ldc,
        bool accumulate, float* bias, GemmActivation activation)
        where V : struct, IGemmVector<V>
    {
        if (m <= 0 || n <= 0)
            return;
        if (n == 1 && m > 1 && ldc == 1)
        {
            // A column is better computed as the row that it is in memory. The bias is one value for all of it.
            if (bias != null)
            {
                AddBias(new Span<float>(c, m), *bias, accumulate);
                accumulate = true;
            }
            Multiply<V>(!transposeB, !transposeA, 1, m, k, b, ldb, a, lda, c, m, accumulate, null, activation);
            return;
        }

        GemmBlock block = default;
        block.ARow = transposeA ? 1 : lda;
        block.AStep = transposeA ? lda : 1;
        block.BStep = transposeB ? 1 : ldb;
        block.BColumn = transposeB ? ldb : 1;
        block.CRow = ldc;
        if (m == 1 && transposeB && block.AStep == 1)
        {
            GemmDots<V>.Run(n, k, a, b, ldb, c, new GemmEpilogue(accumulate, bias, activation == GemmActivation.Relu));
            return;
        }

        int strip = 2 * V.Width;
        int maxRows = EvenPart(m, MaxRows, V.TileRows);
        int maxColumns = EvenPart(n, MaxColumns, strip);
        int maxDepth = EvenPart(k, k <= MaxOnlyDepth ? MaxOnlyDepth : MaxDepth, 1);
        bool packA = n > PackAColumns && (long)m * k > PackedSize;
        bool packB = transposeB || (m > PackBRows && (long)n * k > PackedSize);
        nint sizeB = (nint)(packB ? maxColumns : strip) * maxDepth;
        nint sizeA = packA ? (nint)maxRows * maxDepth : 0;
        block.PackedB = AlignedMemory.Grow(ref _buffer, sizeA + sizeB);
        block.PackedA = packA ? block.PackedB + sizeB : null;

        for (int column = 0; column < n; column += maxColumns)
        {
            block.Columns = Math.Min(n - column, maxColumns);
            // B's last columns are packed in any case: in place they would be read past the end of the row.
            block.FirstPackedColumn = packB ? 0 : block.Columns - block.Columns % strip;
            int depth = 0;
            do
            {
                block.Depth = Math.Min(k - depth, maxDepth);
                block.B = b + depth * block.BStep + column * block.BColumn;
                bool last = depth + block.Depth == k;
                block.Epilogue = new GemmEpilogue(
                    accumulate || depth > 0,
                    last && bias != null ? bias + column : null,
                    last && activation == GemmActivation.Relu);
                for (int row = 0; row < m; row += maxRows)
                {
                    block.Rows = Math.Min(m - row, maxRows);
                    block.A = a + row * block.ARow + depth * block.AStep;
                    block.C = c + row * block.CRow + column;
                    CutIntoChunks<V>(ref block);
                    Run<V>(&block, packColumns: row == 0);
                }
                depth += block.Depth;
            }
            while (depth < k);
        }
    }

    /// <summary>Chooses chunks large enough to be worth a thread's attention and small enough to be spread evenly.</summary>
    private static void CutIntoChunks<V>(ref GemmBlock block)
        where V : struct, IGemmVector<V>
    {
        int strip = 2 * V.Width;
        block.ChunkRows = EvenPart(block.Rows, MaxChunkRows, V.TileRows);
        long work = Math.Max((long)block.Rows * block.Columns * block.Depth / 16, ChunkWork);
        long columns = work / Math.Max(1, (long)Math.Min(block.ChunkRows, block.Rows) * block.Depth);
        block.ChunkColumns = (int)Math.Min(MaxChunkColumns, (columns + strip - 1) / strip * strip);
    }

    private static void Run<V>(GemmBlock* block, bool packColumns)
        where V : struct, IGemmVector<V>
    {
        int columnChunks = block->ColumnChunks;
        int rowChunks = block->RowChunks;
        int packB = packColumns && block->FirstPackedColumn < block->Columns ? columnChunks : 0;
        int packA = block->PackedA != null ? rowChunks : 0;
        var pack = new PackGemmBlock<V>(block, packB);
        var compute = new ComputeGemmBlock<V>(block, columnChunks);
        if ((long)block->Rows * block->Columns * block->Depth >= 2 * ChunkWork)
        {
            Workers.Run(packB + packA, pack);
            Workers.Run(rowChunks * columnChunks, compute);
            return;
        }
        for (int chunk = 0; chunk < packB + packA; chunk++)
            pack.Run(chunk);
        for (int chunk = 0; chunk < rowChunks * columnChunks; chunk++)
            compute.Run(chunk);
    }

    private static void AddBias(Span<float> c, float bias, bool accumulate)
    {
        if (!accumulate)
            c.Clear();
        foreach (ref float value in c)
            value += bias;
    }

    /// <summary>Cuts a size into as few equal parts as stay within a maximum, and rounds a part up to a multiple.</summary>
    private static int EvenPart(int size, int maximum, int multiple)
    {
        int parts = Math.Max(1, (size + maximum - 1) / maximum);
        int part = (size + parts - 1) / parts;
        return (part + multiple - 1) / multiple * multiple;
    }
}
