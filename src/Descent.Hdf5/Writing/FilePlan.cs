using Descent.Hdf5.Reading;

namespace Descent.Hdf5.Writing;

/// <summary>Where everything in a file stands: its structures, written out, and after them the contents of its datasets in their order.</summary>
internal sealed class FilePlan
{
    private const int SuperblockSize = 96;

    private readonly Image _image = new();
    private readonly GlobalHeapWriter _heap;
    private readonly List<Content> _contents = [];
    private long _next;

    private FilePlan(Hdf5GroupBuilder root, long contentStart)
    {
        _next = contentStart;
        _image.Reserve(SuperblockSize);
        _heap = new GlobalHeapWriter(_image);
        var (header, table) = Add(root);
        WriteSuperblock(header, table);
    }

    public ReadOnlySpan<byte> Structures => _image.Bytes;

    public IReadOnlyList<Content> Contents => _contents;

    /// <summary>Bytes of the file.</summary>
    public long Length => _next;

    /// <summary>Plans a file. How long the structures are does not depend on where the contents stand, so the first of two plans tells.</summary>
    public static FilePlan Of(Hdf5GroupBuilder root) => new(root, new FilePlan(root, 0)._image.Length);

    private (int Header, (int Tree, int Heap) Table) Add(Hdf5GroupBuilder group)
    {
        var symbols = new List<SymbolTableWriter.Symbol>();
        foreach (var (name, child) in group.Children)
        {
            if (child is Hdf5GroupBuilder inner)
            {
                var (address, names) = Add(inner);
                symbols.Add(new(name, address, names));
            }
            else
            {
                symbols.Add(new(name, Add((Hdf5DatasetBuilder)child), null));
            }
        }

        var table = SymbolTableWriter.Write(_image, symbols);
        var header = new HeaderWriter();
        header.AddSymbolTable(table.Tree, table.Heap);
        return (Finish(header, group), table);
    }

    private int Add(Hdf5DatasetBuilder dataset)
    {
        var content = dataset.Content.Placed(_heap);
        var header = new HeaderWriter();
        header.AddDataset(dataset.Dimensions, content, _next);
        _contents.Add(content);
        _next += Image.Aligned(content.Size);
        return Finish(header, dataset);
    }

    private int Finish(HeaderWriter header, Hdf5ObjectBuilder item)
    {
        foreach (var (name, dimensions, content) in item.Attributes) header.AddAttribute(name, dimensions, content, _heap);
        return header.Write(_image);
    }

    private void WriteSuperblock(int root, (int Tree, int Heap) table)
    {
        var fields = _image.At(0);
        fields.Bytes(Superblock.Signature);
        fields.Skip(5); // the version and those of other parts: 0
        fields.Byte(sizeof(long)); // bytes of an address
        fields.Byte(sizeof(long)); // bytes of a length
        fields.Skip(1);
        fields.UInt16(SymbolTableWriter.LeafK);
        fields.UInt16(SymbolTableWriter.InnerK);
        fields.Skip(4);
        fields.Int64(0); // where addresses count from
        fields.Int64(Fields.Nowhere); // free space
        fields.Int64(_next);
        fields.Int64(Fields.Nowhere); // driver information
        SymbolTableWriter.WriteEntry(ref fields, 0, root, table);
    }
}
