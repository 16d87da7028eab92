namespace Descent.Data;

/// <summary>The checksum of zip files (polynomial 0xEDB88320): begin with <see cref="Start"/>, add, end.</summary>
internal static class Crc32
{
    public const uint Start = uint.MaxValue;

    // Slices[k][b]: the checksum of byte b with k zero bytes behind it, so that eight bytes go in one step.
    private static readonly uint[][] Slices = MakeSlices();

    /// <summary>Adds bytes.</summary>
    public static uint Add(uint sum, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            sum = Slices[7][(byte)sum ^ bytes[0]] ^ Slices[6][(byte)(sum >> 8) ^ bytes[1]] ^ Slices[5][(byte)(sum >> 16) ^ bytes[2]] ^ Slices[4][(sum >> 24) ^ bytes[3]]
                ^ Slices[3][bytes[4]] ^ Slices[2][bytes[5]] ^ Slices[1][bytes[6]] ^ Slices[0][bytes[7]];
        }

        foreach (var b in bytes) sum = (sum >> 8) ^ Slices[0][(byte)sum ^ b];
        return sum;
    }

    /// <summary>The checksum of all that was added.</summary>
    public static uint End(uint sum) => ~sum;

    private static uint[][] MakeSlices()
    {
        var slices = new uint[8][];
        for (var k = 0; k < slices.Length; k++)
        {
            slices[k] = new uint[256];
            for (var b = 0u; b < 256; b++)
            {
                var sum = k == 0 ? b : slices[k - 1][b];
                for (var bit = 0; bit < 8; bit++) sum = (sum >> 1) ^ ((sum & 1) * 0xEDB88320);
                slices[k][b] = sum;
            }
        }

        return slices;
    }
}
