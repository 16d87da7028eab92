namespace Descent.Hdf5.Writing;

/// <summary>The front of a file, with all its structures: it grows, and every structure begins at a multiple of eight bytes.</summary>
internal sealed class Image
{
    private const int Alignment = 8;

    private byte[] _bytes = new byte[1 << 12];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    public static int Aligned(int size) => checked(size + Alignment - 1) / Alignment * Alignment;

    public static long Aligned(long size) => (size + Alignment - 1) / Alignment * Alignment;

    /// <summary>The address of so many more bytes, which are zero.</summary>
    public int Reserve(int size)
    {
        var address = Length;
        Length = checked(Length + Aligned(size));
        if (Length > _bytes.Length) Array.Resize(ref _bytes, (int)Math.Min(Math.Max(2L * _bytes.Length, Length), Array.MaxLength));
        return address;
    }

    /// <summary>Writes from an address on, until more is reserved.</summary>
    public Fields At(int address) => new(_bytes.AsSpan(address, Length - address));
}
