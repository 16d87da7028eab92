namespace Descent.Hdf5.Reading;

/// <summary>In chunks, each of which may have gone through filters; those that were never written hold the fill value.</summary>
internal sealed class ChunkedStorage(Reader place, long count, ChunkLayout layout, FilterPipeline filters, FillValue fill) : Storage(count)
{
    public override long MostBytes { get; } = filters.Compresses
        ? Math.Max(place.File.Length * FilterPipeline.MaxDeflateRatio, MostUnstored(place))
        : MostUnstored(place);

    public override bool IsPlain => false;

    public override void Read<T>(Reader reader, Conversion<T> conversion, Span<T> values)
    {
        Fill(fill, conversion, values);
        foreach (var chunk in layout.Index.Chunks(reader))
        {
            if (layout.Grid.IsInside(chunk)) Copy(chunk, Decode(reader, chunk).Span, conversion, values);
        }
    }

    private Memory<byte> Decode(Reader reader, in Chunk chunk)
    {
        var isLeft = layout.LeavesPartialChunks && layout.Grid.IsPartial(chunk);
        var stored = reader.Bytes(chunk.Address, chunk.StoredBytes, "A chunk");
        return (isLeft ? FilterPipeline.None : filters).Decode(reader, stored, chunk.SkippedFilters, layout.Grid.ChunkBytes);
    }

    // Row by row along the last dimension: those parts of the chunk's rows that lie in the dataset.
    private void Copy<T>(in Chunk chunk, Span<byte> bytes, Conversion<T> conversion, Span<T> values) where T : unmanaged
    {
        var (shape, dimensions, rank) = (layout.Grid.Shape, layout.Grid.Space.Dimensions, layout.Grid.Rank);
        var size = conversion.ElementSize;
        var length = (int)Math.Min(shape[^1], dimensions[^1] - chunk.Start[^1]);
        var index = new int[rank - 1];
        while (true)
        {
            long from = 0, to = 0;
            for (var i = 0; i < rank - 1; i++)
            {
                from = (from * shape[i]) + index[i];
                to = (to * dimensions[i]) + chunk.Start[i] + index[i];
            }

            from *= shape[^1] * (long)size;
            to = ((to * dimensions[^1]) + chunk.Start[^1]) * conversion.ValuesOfElement;
            conversion.Convert(bytes.Slice((int)from, length * size), values.Slice((int)to, length * conversion.ValuesOfElement));

            var d = rank - 2;
            while (d >= 0 && ++index[d] >= Math.Min(shape[d], dimensions[d] - chunk.Start[d])) index[d--] = 0;
            if (d < 0) return;
        }
    }
}
