namespace Descent.Hdf5.Writing;

/// <summary>The datatype messages of what is written: those that h5py writes for NumPy's types, little-endian.</summary>
internal static class DatatypeBytes
{
    private const int Version1 = 1 << 4;

    /// <summary>Text of variable length in UTF-8.</summary>
    public static byte[] Text { get; } = [Version1 | 9, 1, 1, 0, GlobalHeapWriter.ReferenceSize, 0, 0, 0, .. Integer(1, isSigned: false)];

    private static byte[] Boolean { get; } = [Version1 | 8, 2, 0, 0, 1, 0, 0, 0, .. Integer(1, isSigned: true), .. "FALSE\0\0\0"u8, .. "TRUE\0\0\0\0"u8, 0, 1];

    /// <summary>The type of numbers or truth values.</summary>
    public static byte[] Of<T>() where T : unmanaged => default(T) switch
    {
        Half => Float(2, exponent: 5, mantissa: 10, bias: 15),
        float => Float(4, exponent: 8, mantissa: 23, bias: 127),
        double => Float(8, exponent: 11, mantissa: 52, bias: 1023),
        byte => Integer(1, isSigned: false),
        int => Integer(4, isSigned: true),
        long => Integer(8, isSigned: true),
        bool => Boolean,
        _ => throw new NotSupportedException($"{typeof(T)} has no type in HDF5 here."),
    };

    /// <summary>Text of a fixed length, padded with zeros.</summary>
    public static byte[] FixedText(int size)
    {
        const int PaddedWithZeros = 1;
        var bytes = new byte[8];
        var fields = new Fields(bytes);
        fields.Bytes([Version1 | 3, PaddedWithZeros, 0, 0]);
        fields.UInt32(size);
        return bytes;
    }

    private static byte[] Integer(byte size, bool isSigned) =>
        [Version1 | 0, (byte)(isSigned ? 8 : 0), 0, 0, size, 0, 0, 0, 0, 0, (byte)(8 * size), 0];

    private static byte[] Float(byte size, byte exponent, byte mantissa, ushort bias)
    {
        const int LeadingOneIsImplied = 2 << 4;
        var signAt = (byte)((8 * size) - 1);
        return [Version1 | 1, LeadingOneIsImplied, signAt, 0, size, 0, 0, 0, 0, 0, (byte)(8 * size), 0, mantissa, exponent, 0, mantissa, (byte)bias, (byte)(bias >> 8), 0, 0];
    }
}
