namespace Descent.Hdf5.Reading;

/// <summary>Many links or attributes of one object: they stand in a heap, and a tree sorted by the hashes of their names refers to them.</summary>
internal static class DenseStorage
{
    /// <summary>The objects in the heap that an information message refers to; none where there is no heap.</summary>
    /// <param name="info">The message.</param>
    /// <param name="orderSize">Bytes of the largest order of creation in it.</param>
    /// <param name="records">What the tree holds.</param>
    public static IEnumerable<Block> Objects(Block info, int orderSize, BTree2.Records records)
    {
        const byte KeepsOrder = 1 << 0;
        info.Version(0, 0);
        if ((info.Byte() & KeepsOrder) != 0) info.Skip(orderSize);
        var (heapAddress, treeAddress) = (info.Address(), info.Address());
        if (heapAddress == Reader.Nowhere || treeAddress == Reader.Nowhere) yield break;
        var heap = FractalHeap.Read(info.Reader, heapAddress);
        foreach (var record in BTree2.Read(info.Reader, treeAddress, records.Type))
        {
            record.Skip(records.BeforeHeapId);
            yield return heap.Object(record.Memory(heap.IdSize));
        }
    }
}
