namespace Descent.Hdf5.Reading;

/// <summary>The header of an object: messages that say what it is, in one block or, continued, in several.</summary>
internal sealed class ObjectHeader
{
    private const int OldPrefix = 16;
    private const byte KeepsOrder = 1 << 2;
    private const byte KeepsAttributeLimits = 1 << 4;
    private const byte KeepsTimes = 1 << 5;

    private readonly List<Message> _messages = [];

    private ObjectHeader() { }

    private static ReadOnlySpan<byte> NewSignature => "OHDR"u8;

    private static ReadOnlySpan<byte> ContinuationSignature => "OCHK"u8;

    /// <summary>The header at an address; it is read once.</summary>
    public static ObjectHeader At(Reader reader, long address)
    {
        if (reader.File.Headers.TryGetValue(address, out var header)) return header;
        header = new ObjectHeader();
        header.Read(reader, address);
        reader.File.Headers.Add(address, header);
        return header;
    }

    /// <summary>The messages of a kind.</summary>
    public IEnumerable<Message> All(MessageKind kind)
    {
        foreach (var message in _messages)
        {
            if (message.Kind == kind) yield return message;
        }
    }

    /// <summary>The bytes of the first message of a kind, also where they are shared; null without one.</summary>
    public Block? Find(Reader reader, MessageKind kind)
    {
        foreach (var message in _messages)
        {
            if (message.Kind == kind) return message.IsShared ? Shared(new Block(reader, message.Body, $"The shared {kind}"), kind) : new Block(reader, message.Body, $"The {kind}");
        }

        return null;
    }

    /// <summary>As <see cref="Find"/>, for a message without which the object cannot be.</summary>
    public Block Require(Reader reader, MessageKind kind) =>
        Find(reader, kind) ?? throw reader.Refuse($"The object's header must have a {kind} message", "none");

    /// <summary>The message that a shared one stands for: that of the same kind in another object's header.</summary>
    public static Block Shared(Block reference, MessageKind kind)
    {
        const int InSharedHeap = 1;
        var version = reference.Version(1, 3);
        var type = reference.Byte();
        if (version == 3 && type == InSharedHeap)
            throw reference.Refuse("A shared message must stand in an object's header", "one in the file's heap of shared messages, which is not supported");
        if (version == 1) reference.Skip(6);
        var reader = reference.Reader;
        foreach (var message in At(reader, reference.Address())._messages)
        {
            if (message.Kind == kind && !message.IsShared) return new Block(reader, message.Body, $"The shared {kind}");
        }

        throw reference.Refuse($"It must refer to an object with a {kind} message of its own", "an object without one");
    }

    private void Read(Reader reader, long address)
    {
        var isNew = reader.Peek(address, NewSignature.Length, "An object header").Rest().SequenceEqual(NewSignature);
        var continuations = new Queue<(long Address, long Size)>();
        var flags = isNew ? ReadNew(reader, address, continuations) : ReadOld(reader, address, continuations);
        while (continuations.TryDequeue(out var next))
        {
            var block = reader.Block(next.Address, next.Size, "A continuation of an object header");
            if (isNew) ReadNewMessages(block, ContinuationSignature, block.Left - ContinuationSignature.Length - sizeof(uint), flags, continuations);
            else ReadOldMessages(block, continuations);
        }
    }

    private byte ReadOld(Reader reader, long address, Queue<(long, long)> continuations)
    {
        var prefix = reader.Block(address, OldPrefix, "An object header");
        prefix.Version(1, 1);
        prefix.Skip(1 + sizeof(ushort) + sizeof(uint)); // reserved, the number of messages, that of links to the object
        ReadOldMessages(reader.Block(address + OldPrefix, prefix.UInt32(), "The messages of an object header"), continuations);
        return 0;
    }

    private void ReadOldMessages(Block block, Queue<(long, long)> continuations)
    {
        const int Prefix = 8;
        while (block.Left >= Prefix)
        {
            var (kind, size, flags) = (block.UInt16(), block.UInt16(), block.Byte());
            block.Skip(3);
            Add(block, kind, size, flags, continuations);
        }
    }

    private byte ReadNew(Reader reader, long address, Queue<(long, long)> continuations)
    {
        const int MostBeforeMessages = 4 + 1 + 1 + 16 + 4 + 8;
        const string What = "An object header";
        var block = reader.Peek(address, MostBeforeMessages, What);
        block.Signature(NewSignature);
        block.Version(2, 2);
        var flags = block.Byte();
        var optional = ((flags & KeepsTimes) != 0 ? 4 * sizeof(uint) : 0) + ((flags & KeepsAttributeLimits) != 0 ? 2 * sizeof(ushort) : 0);
        block.Skip(optional);
        var sizeOfSize = 1 << (flags & 3);
        var size = block.Unsigned(sizeOfSize);
        var before = NewSignature.Length + 2 + optional + sizeOfSize;
        reader.RequireInFile(address, size, What);
        ReadNewMessages(reader.Block(address, before + size + sizeof(uint), What), NewSignature, size, flags, continuations, before);
        return flags;
    }

    // The checksum at the end covers all that comes before it, so the messages are read only when it is right.
    private void ReadNewMessages(Block block, ReadOnlySpan<byte> signature, long size, byte flags, Queue<(long, long)> continuations, int before = 0)
    {
        block.Signature(signature);
        block.Skip(Math.Max(0, before - signature.Length));
        var messages = block.Part(size, "An object header");
        block.Checksum();
        var prefix = (flags & KeepsOrder) != 0 ? 6 : 4;
        while (messages.Left >= prefix)
        {
            var (kind, messageSize, messageFlags) = (messages.Byte(), messages.UInt16(), messages.Byte());
            messages.Skip(prefix - 4); // the order of creation
            Add(messages, kind, messageSize, messageFlags, continuations);
        }
    }

    private void Add(Block block, int kind, int size, byte flags, Queue<(long, long)> continuations)
    {
        var message = new Message((MessageKind)kind, flags, block.Memory(size));
        if (message.Kind == MessageKind.Continuation)
        {
            var body = new Block(block.Reader, message.Body, "A continuation message");
            continuations.Enqueue((body.Address(), body.Length()));
        }
        else if (Enum.IsDefined(message.Kind))
        {
            if (message.Kind != MessageKind.Nothing) _messages.Add(message);
        }
        else if (message.MustBeKnown)
        {
            throw block.Refuse("Messages that must be understood must be of a known kind", $"kind 0x{kind:x2}");
        }
    }
}
