using System.Runtime.CompilerServices;
using Descent.Threading;

namespace Descent.Kernels;

/// <summary>
/// A part of the product that is packed and computed at once: a block of C and a stretch of k.
/// Operands are read in place or from packed strips, whichever pays.
/// </summary>
internal unsafe struct GemmBlock
{
    public int Rows, Columns, Depth;

    // Element (i, p) of A is A[i·ARow + p·AStep], element (p, j) of B is B[p·BStep + j·BColumn].
    public float* A, B, C;
    public nint ARow, AStep, BStep, BColumn, CRow;
    public GemmEpilogue Epilogue;

    /// <summary>A in strips of the tile's rows, or null to read it in place.</summary>
    public float* PackedA;

    /// <summary>B in strips of the tile's columns, from column <see cref="FirstPackedColumn"/> on.</summary>
    public float* PackedB;
    public int FirstPackedColumn;

    // C is computed in chunks of this many rows and columns, which is also the unit of packing.
    public int ChunkRows, ChunkColumns;

    public readonly int RowChunks => Chunks(Rows, ChunkRows);
    public readonly int ColumnChunks => Chunks(Columns, ChunkColumns);

    /// <summary>Packs what is to be packed of one chunk of columns of B.</summary>
    public readonly void PackB<V>(int chunk)
        where V : struct, IGemmVector<V>
    {
        int strip = 2 * V.Width;
        int start = Math.Max(chunk * ChunkColumns, FirstPackedColumn);
        int end = Math.Min((chunk + 1) * ChunkColumns, Columns);
        int last = end - Math.Max(0, end - start) % strip;
        PackColumns(start, last, strip);
        PackColumns(last, end, StripWidth<V>(end - last));
    }

    private readonly void PackColumns(int start, int end, int width)
    {
        if (start < end)
            GemmPacking.Pack(B + start * BColumn, BColumn, BStep, end - start, Depth, PackedB + (nint)(start - FirstPackedColumn) * Depth, width);
    }

    /// <summary>Packs one chunk of rows of A.</summary>
    public readonly void PackA<V>(int chunk)
        where V : struct, IGemmVector<V>
    {
        int start = chunk * ChunkRows;
        int rows = Math.Min(ChunkRows, Rows - start);
        GemmPacking.Pack(A + start * ARow, ARow, AStep, rows, Depth, PackedA + (nint)start * Depth, V.TileRows);
    }

    /// <summary>Computes one chunk of C.</summary>
    public readonly void Compute<V>(int rowChunk, int columnChunk)
        where V : struct, IGemmVector<V>
    {
        int endRow = Math.Min((rowChunk + 1) * ChunkRows, Rows);
        int endColumn = Math.Min((columnChunk + 1) * ChunkColumns, Columns);
        int strip = 2 * V.Width;
        for (int j = columnChunk * ChunkColumns; j < endColumn; j += strip)
        {
            int columns = Math.Min(strip, endColumn - j);
            float* b = B + j;
            nint bStep = BStep;
            if (j >= FirstPackedColumn)
            {
                b = PackedB + (nint)(j - FirstPackedColumn) * Depth;
                bStep = StripWidth<V>(columns);
            }

            GemmEpilogue epilogue = Epilogue with { Bias = Epilogue.Bias == null ? null : Epilogue.Bias + j };
            for (int i = rowChunk * ChunkRows; i < endRow; i += V.TileRows)
            {
                int rows = Math.Min(V.TileRows, endRow - i);
                float* a = PackedA == null ? A + i * ARow : PackedA + (nint)i * Depth;
                nint aRow = PackedA == null ? ARow : 1;
                nint aStep = PackedA == null ? AStep : V.TileRows;
                float* c = C + i * CRow + j;
                if (columns == strip)
                    Strip<V, Two>(rows, a, aRow, aStep, b, bStep, c, CRow, epilogue);
                else
                    Edge<V>(rows, columns, a, aRow, aStep, b, bStep, c, epilogue);
            }
        }
    }

    /// <summary>A tile with fewer columns than its registers hold is computed beside C, into which only its own columns are copied.</summary>
    [SkipLocalsInit]
    private readonly void Edge<V>(int rows, int columns, float* a, nint aRow, nint aStep, float* b, nint bStep, float* c, GemmEpilogue epilogue)
        where V : struct, IGemmVector<V>
    {
        int width = StripWidth<V>(columns);
        float* tile = stackalloc float[V.TileRows * 2 * V.Width];
        float* bias = stackalloc float[2 * V.Width];
        if (epilogue.Bias != null)
        {
            Copy(epilogue.Bias, 0, bias, 0, 1, columns);
            epilogue = epilogue with { Bias = bias };
        }
        if (epilogue.Accumulate)
            Copy(c, CRow, tile, width, rows, columns);

        if (width == V.Width)
            Strip<V, One>(rows, a, aRow, aStep, b, bStep, tile, width, epilogue);
        else
            Strip<V, Two>(rows, a, aRow, aStep, b, bStep, tile, width, epilogue);
        Copy(tile, width, c, CRow, rows, columns);
    }

    /// <summary>Up to TileRows rows of one strip, by the tallest tiles that fit.</summary>
    private readonly void Strip<V, TVectors>(
        int rows, float* a, nint aRow, nint aStep, float* b, nint bStep, float* c, nint cRow, in GemmEpilogue epilogue)
        where V : struct, IGemmVector<V>
        where TVectors : struct, IConstant
    {
        if (rows == V.TileRows)
        {
            if (V.TileRows == Twelve.Value)
                GemmKernel.Tile<V, Twelve, TVectors>(Depth, a, aRow, aStep, b, bStep, c, cRow, epilogue);
            else
                GemmKernel.Tile<V, Six, TVectors>(Depth, a, aRow, aStep, b, bStep, c, cRow, epilogue);
            return;
        }
        for (; rows >= Four.Value; rows -= Four.Value)
        {
            GemmKernel.Tile<V, Four, TVectors>(Depth, a, aRow, aStep, b, bStep, c, cRow, epilogue);
            a += Four.Value * aRow;
            c += Four.Value * cRow;
        }
        for (; rows > 0; rows--)
        {
            GemmKernel.Tile<V, One, TVectors>(Depth, a, aRow, aStep, b, bStep, c, cRow, epilogue);
            a += aRow;
            c += cRow;
        }
    }

    private static int StripWidth<V>(int columns)
        where V : struct, IGemmVector<V> =>
        columns <= V.Width ? V.Width : 2 * V.Width;

    private static void Copy(float* source, nint sourceRow, float* target, nint targetRow, int rows, int columns)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                target[j] = source[j];
            source += sourceRow;
            target += targetRow;
        }
    }

    private static int Chunks(int size, int chunk) => (size + chunk - 1) / chunk;
}

/// <summary>Packs the chunks of B, then those of A.</summary>
internal readonly unsafe struct PackGemmBlock<V>(GemmBlock* block, int columnChunks) : IParallelJob
    where V : struct, IGemmVector<V>
{
    public void Run(int chunk)
    {
        if (chunk < columnChunks)
            block->PackB<V>(chunk);
        else
            block->PackA<V>(chunk - columnChunks);
    }
}

/// <summary>Computes the chunks of C.</summary>
internal readonly unsafe struct ComputeGemmBlock<V>(GemmBlock* block, int columnChunks) : IParallelJob
    where V : struct, IGemmVector<V>
{
    public void Run(int chunk) => block->Compute<V>(chunk / columnChunks, chunk % columnChunks);
}
