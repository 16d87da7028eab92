using System.Buffers.Binary;

namespace Descent.Hdf5.Reading;

/// <summary>Fletcher's checksum over big-endian 16-bit words: that of HDF5's filter.</summary>
internal static class Fletcher32
{
    private const int WordsBeforeOverflow = 360;

    public static uint Hash(ReadOnlySpan<byte> bytes)
    {
        uint first = 0, second = 0;
        while (bytes.Length >= sizeof(ushort))
        {
            var words = Math.Min(bytes.Length / sizeof(ushort), WordsBeforeOverflow);
            for (var i = 0; i < words; i++)
            {
                first += BinaryPrimitives.ReadUInt16BigEndian(bytes[(i * sizeof(ushort))..]);
                second += first;
            }

            (first, second) = (Fold(first), Fold(second));
            bytes = bytes[(words * sizeof(ushort))..];
        }

        if (!bytes.IsEmpty)
        {
            first = Fold(first + ((uint)bytes[0] << 8));
            second = Fold(second + first);
        }

        return (Fold(second) << 16) | Fold(first);
    }

    private static uint Fold(uint sum) => (sum & 0xFFFF) + (sum >> 16);
}
