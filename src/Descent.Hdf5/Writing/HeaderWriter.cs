using Descent.Hdf5.Reading;

namespace Descent.Hdf5.Writing;

/// <summary>Writes object headers of version 1.</summary>
internal sealed class HeaderWriter
{
    /// <summary>The most bytes of a message, which are a multiple of eight.</summary>
    public const int LargestMessage = ushort.MaxValue / 8 * 8;

    private const int Prefix = 16;
    private const int MessagePrefix = 8;
    private const byte Constant = 1;

    private readonly List<(MessageKind Kind, byte Flags, byte[] Body)> _messages = [];

    public void AddSymbolTable(long tree, long heap)
    {
        var body = new byte[16];
        var fields = new Fields(body);
        fields.Int64(tree);
        fields.Int64(heap);
        _messages.Add((MessageKind.SymbolTable, 0, body));
    }

    public void AddDataset(IReadOnlyList<long> dimensions, Content content, long address)
    {
        _messages.Add((MessageKind.Dataspace, 0, Dataspace(dimensions)));
        _messages.Add((MessageKind.Datatype, Constant, content.Type));
        _messages.Add((MessageKind.FillValue, Constant, [2, 2, 2, 1, 0, 0, 0, 0])); // version 2: zeros, written if set, allocated late

        var body = new byte[18];
        var fields = new Fields(body);
        fields.Bytes([3, 1]); // version 3, contiguous
        fields.Int64(content.Size == 0 ? Fields.Nowhere : address);
        fields.Int64(content.Size);
        _messages.Add((MessageKind.Layout, 0, body));
    }

    public void AddAttribute(byte[] name, IReadOnlyList<long> dimensions, Content content, GlobalHeapWriter heap)
    {
        var (type, space) = (content.Type, Dataspace(dimensions));
        var data = new MemoryStream();
        content.Placed(heap).WriteTo(data);
        var body = new byte[AttributeSize(name, dimensions, content)];
        var fields = new Fields(body);
        fields.UInt16(1); // the version
        fields.UInt16(name.Length + 1);
        fields.UInt16(type.Length);
        fields.UInt16(space.Length);
        fields.Name(name);
        fields.Padded(type);
        fields.Padded(space);
        fields.Bytes(data.ToArray());
        _messages.Add((MessageKind.Attribute, 0, body));
    }

    /// <summary>Bytes of an attribute's message.</summary>
    public static long AttributeSize(byte[] name, IReadOnlyList<long> dimensions, Content content) =>
        8 + Image.Aligned(name.Length + 1) + Image.Aligned(content.Type.Length) + DataspaceSize(dimensions) + Image.Aligned(content.Size);

    /// <summary>Writes the header and returns its address.</summary>
    public int Write(Image image)
    {
        var size = _messages.Sum(message => MessagePrefix + Image.Aligned(message.Body.Length));
        var address = image.Reserve(checked(Prefix + size));
        var fields = image.At(address);
        fields.UInt16(1); // the version
        fields.UInt16(_messages.Count);
        fields.UInt32(1); // links to the object
        fields.UInt32(size);
        fields.Skip(4);
        foreach (var (kind, flags, body) in _messages)
        {
            fields.UInt16((int)kind);
            fields.UInt16(Image.Aligned(body.Length));
            fields.Byte(flags);
            fields.Skip(3);
            fields.Padded(body);
        }

        return address;
    }

    private static int DataspaceSize(IReadOnlyList<long> dimensions) => 8 + (dimensions.Count * sizeof(long));

    private static byte[] Dataspace(IReadOnlyList<long> dimensions)
    {
        var body = new byte[DataspaceSize(dimensions)];
        var fields = new Fields(body);
        fields.Byte(1); // the version
        fields.Byte(dimensions.Count);
        fields.Skip(6);
        foreach (var dimension in dimensions) fields.Int64(dimension);
        return body;
    }
}
