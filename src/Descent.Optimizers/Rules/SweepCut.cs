using Descent.Memory;

namespace Descent.Optimizers;

/// <summary>A part of a variable that one thread works on; it may be one of the rows that alone are swept.</summary>
internal readonly record struct Segment(int Variable, int Start, int Length, bool IsRow = false);

/// <summary>How a sweep cuts its variables into units of work, by their sizes alone, so that results do not depend on the number of threads.</summary>
internal static class SweepCut
{
    // Elements of one unit of work. Short for small models: some microseconds in the cache, so that threads end together. Long for large ones:
    // memory is a quarter faster where a thread goes straight on.
    private const int ShortestChunk = 8 * 1024;
    private const int LongestChunk = 32 * ShortestChunk;
    private const int ChunksOfModel = 16; // of one between the two

    /// <summary>Packs all variables into chunks, in their order.</summary>
    /// <param name="variables">The variables.</param>
    /// <returns>The segments, and the first segment of each chunk with their number at the end.</returns>
    public static (Segment[] Segments, int[] Chunks) Of(Variable[] variables)
    {
        var segments = new List<Segment>();
        var chunks = new List<int> { 0 };
        var length = ChunkLength(variables.Sum(v => (long)v.Shape.Size));
        var room = length;
        for (var v = 0; v < variables.Length; v++)
        {
            for (var start = 0; start < variables[v].Shape.Size;)
            {
                var part = Math.Min(room, variables[v].Shape.Size - start);
                segments.Add(new Segment(v, start, part));
                start += part;
                room -= part;
                if (room > 0) continue;
                chunks.Add(segments.Count);
                room = length;
            }
        }

        if (chunks[^1] != segments.Count) chunks.Add(segments.Count);
        return ([.. segments], [.. chunks]);
    }

    /// <summary>The elements of a chunk. Where there are more than a few, chunks are equal and a multiple of four: two and four threads get equal shares.</summary>
    /// <param name="total">The elements of all variables.</param>
    public static int ChunkLength(long total)
    {
        var longest = Math.Clamp(total / ChunksOfModel, ShortestChunk, LongestChunk);
        if (total <= longest) return ShortestChunk;
        var count = (total + longest * 4 - 1) / (longest * 4) * 4;
        return AlignedMemory.RoundUp((int)((total + count - 1) / count));
    }
}
