namespace Descent.Hdf5.Reading;

/// <summary>An attribute of an object.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What its elements are.</param>
/// <param name="Space">Its dimensions.</param>
/// <param name="Elements">Its bytes.</param>
internal sealed record AttributeMessage(string Name, Datatype Type, Dataspace Space, ReadOnlyMemory<byte> Elements)
{
    private const byte SharedType = 1 << 0;
    private const byte SharedSpace = 1 << 1;

    /// <summary>All attributes of an object: those in its header, and those in its heap where they are many.</summary>
    public static IEnumerable<AttributeMessage> All(Reader reader, ObjectHeader header)
    {
        foreach (var message in header.All(MessageKind.Attribute))
        {
            var block = new Block(reader, message.Body, "An attribute");
            yield return Read(message.IsShared ? ObjectHeader.Shared(block, MessageKind.Attribute) : block);
        }

        if (header.Find(reader, MessageKind.AttributeInfo) is not { } info) yield break;
        foreach (var block in DenseStorage.Objects(info, sizeof(ushort), BTree2.AttributeNames)) yield return Read(block);
    }

    private static AttributeMessage Read(Block block)
    {
        var version = block.Version(1, 3);
        var flags = block.Byte();
        int nameSize = block.UInt16(), typeSize = block.UInt16(), spaceSize = block.UInt16();
        if (version == 3) block.Skip(1); // ASCII is UTF-8 too
        if (version == 1) flags = 0;
        var name = Part(block, nameSize, version, "The name of an attribute").Text("The name of an attribute");
        var type = Part(block, typeSize, version, "The type of an attribute");
        var space = Part(block, spaceSize, version, "The dimensions of an attribute");
        var element = Datatype.Read((flags & SharedType) != 0 ? ObjectHeader.Shared(type, MessageKind.Datatype) : type);
        var dimensions = Dataspace.Read((flags & SharedSpace) != 0 ? ObjectHeader.Shared(space, MessageKind.Dataspace) : space);
        if (dimensions.Count > block.Left / element.Size)
            throw block.Refuse($"The attribute '{name}' must have {dimensions.Count} elements of {element.Size} bytes", $"{block.Left} bytes");
        return new AttributeMessage(name, element, dimensions, block.Memory(dimensions.Count * element.Size));
    }

    private static Block Part(Block block, int size, int version, string what)
    {
        var part = block.Part(size, what);
        if (version == 1) block.Skip(Math.Min(-size & 7, block.Left));
        return part;
    }
}
