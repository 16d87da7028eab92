namespace Descent.Hdf5.Reading;

/// <summary>The bytes of a file, at addresses as the format counts them, and what has been read of it once and for all.</summary>
internal sealed class FileBytes(Stream stream, string name, bool leaveOpen, bool checksChecksums) : IDisposable
{
    private long _base;

    /// <summary>What a message calls the file.</summary>
    public string Name { get; } = name;

    /// <summary>Whether checksums of structures must be right; tests of damaged files say no, to reach what is behind them.</summary>
    public bool ChecksChecksums => checksChecksums;

    /// <summary>The end of the file: no address reaches beyond it.</summary>
    public long Length { get; private set; } = stream.Length;

    /// <summary>Bytes of an address.</summary>
    public int AddressSize { get; private set; } = sizeof(long);

    /// <summary>Bytes of a length.</summary>
    public int LengthSize { get; private set; } = sizeof(long);

    /// <summary>What may still be read of the file's structures; each of them is read once and kept.</summary>
    public Budget Structures { get; private set; } = new(0);

    /// <summary>What the datasets may hold together that stand in the file as they are.</summary>
    public Budget PlainElements { get; private set; } = new(0);

    /// <summary>What the other datasets may hold together, if all of the file were compressed as far as can be.</summary>
    public Budget OtherElements { get; private set; } = new(0);

    /// <summary>The object headers read so far, by address.</summary>
    public Dictionary<long, ObjectHeader> Headers { get; } = [];

    /// <summary>The collections of variable-length values read so far, by address.</summary>
    public Dictionary<long, GlobalHeap> Collections { get; } = [];

    /// <summary>Sets what the superblock says.</summary>
    public void Arrange(long baseAddress, long length, int addressSize, int lengthSize)
    {
        (_base, Length, AddressSize, LengthSize) = (baseAddress, length, addressSize, lengthSize);
        (Structures, PlainElements, OtherElements) = (new Budget(length), new Budget(length), new Budget(length * FilterPipeline.MaxDeflateRatio));
    }

    /// <summary>Fills the target from an address; the caller has checked that it lies in the file.</summary>
    public void Read(long address, Span<byte> target)
    {
        stream.Position = _base + address;
        stream.ReadExactly(target);
    }

    public void Dispose()
    {
        if (!leaveOpen) stream.Dispose();
    }
}
