using System.Text;

namespace Descent.Hdf5.Reading;

/// <summary>A name in a group.</summary>
/// <param name="Name">The name.</param>
/// <param name="Address">The header of what it names, or <see cref="Reader.Nowhere"/>.</param>
/// <param name="Elsewhere">What it says instead of an address: a link that is not followed.</param>
/// <param name="Order">Its place in the order of creation, if that is kept.</param>
internal sealed record Link(string Name, long Address, string? Elsewhere = null, long? Order = null)
{
    private const byte HasOrder = 1 << 2;
    private const byte HasType = 1 << 3;
    private const byte HasCharacterSet = 1 << 4;

    /// <summary>Orders names by their UTF-8 bytes, as the format does.</summary>
    public static Comparison<string> ByBytes { get; } = (a, b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b));

    /// <summary>Reads a link message.</summary>
    public static Link Read(Block block)
    {
        const int Hard = 0, Soft = 1, External = 64;
        block.Version(1, 1);
        var flags = block.Byte();
        var type = (flags & HasType) != 0 ? block.Byte() : Hard;
        var order = (flags & HasOrder) != 0 ? block.Unsigned(sizeof(long)) : (long?)null;
        if ((flags & HasCharacterSet) != 0) block.Skip(1); // ASCII is UTF-8 too
        var name = block.Reader.Text(block.Bytes(block.Unsigned(1 << (flags & 3))), "The name of a link");
        return type switch
        {
            Hard => new Link(name, block.Address(), Order: order),
            Soft => new Link(name, Reader.Nowhere, $"a soft link to '{block.Reader.Text(block.Bytes(block.UInt16()), "The target of a soft link")}'", order),
            External => new Link(name, Reader.Nowhere, "an external link", order),
            _ => new Link(name, Reader.Nowhere, $"a link of type {type}", order),
        };
    }
}
