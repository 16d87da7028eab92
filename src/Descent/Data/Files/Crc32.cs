using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Descent.Data;

/// <summary>The checksum of zip files (polynomial 0xEDB88320): begin with <see cref="Start"/>, add, end.</summary>
/// <seealso href="https://www.intel.com/content/dam/www/public/us/en/documents/white-papers/fast-crc-computation-generic-polynomials-pclmulqdq-paper.pdf">Fast CRC Computation for Generic Polynomials (2009)</seealso>
internal static class Crc32
{
    public const uint Start = uint.MaxValue;

    private const int Block = 64;

    // Slices[k][b]: the checksum of byte b with k zero bytes behind it, so that eight bytes go in one step.
    private static readonly uint[][] Slices = MakeSlices();

    /// <summary>Adds bytes.</summary>
    public static uint Add(uint sum, ReadOnlySpan<byte> bytes)
    {
        if (!Pclmulqdq.IsSupported || bytes.Length < 2 * Block) return AddByTable(sum, bytes);
        var whole = bytes.Length / Block * Block;
        return AddByTable(Fold(sum, bytes[..whole]), bytes[whole..]);
    }

    /// <summary>The checksum of all that was added.</summary>
    public static uint End(uint sum) => ~sum;

    /// <summary>The checksum of bytes that are all there.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => End(Add(Start, bytes));

    private static uint AddByTable(uint sum, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            sum = Slices[7][(byte)sum ^ bytes[0]] ^ Slices[6][(byte)(sum >> 8) ^ bytes[1]] ^ Slices[5][(byte)(sum >> 16) ^ bytes[2]] ^ Slices[4][(sum >> 24) ^ bytes[3]]
                ^ Slices[3][bytes[4]] ^ Slices[2][bytes[5]] ^ Slices[1][bytes[6]] ^ Slices[0][bytes[7]];
        }

        foreach (var b in bytes) sum = (sum >> 8) ^ Slices[0][(byte)sum ^ b];
        return sum;
    }

    // Bytes are coefficients of a polynomial, and 64 of them can be replaced by others further on that leave the same remainder: their products with x^n mod P.
    // The last 16 go through the table.
    private static uint Fold(uint sum, ReadOnlySpan<byte> bytes)
    {
        var vectors = MemoryMarshal.Cast<byte, Vector128<ulong>>(bytes);
        var (a, b, c, d) = (vectors[0] ^ Vector128.CreateScalar((ulong)sum), vectors[1], vectors[2], vectors[3]);
        var far = Vector128.Create(0x0154442bd4UL, 0x01c6e41596UL); // x^(512 + 32), x^(512 - 32)
        for (var i = 4; i < vectors.Length; i += 4)
        {
            a = Shift(a, far) ^ vectors[i];
            b = Shift(b, far) ^ vectors[i + 1];
            c = Shift(c, far) ^ vectors[i + 2];
            d = Shift(d, far) ^ vectors[i + 3];
        }

        var near = Vector128.Create(0x01751997d0UL, 0x00ccaa009eUL); // x^(128 + 32), x^(128 - 32)
        a = Shift(Shift(Shift(a, near) ^ b, near) ^ c, near) ^ d;
        Span<byte> rest = stackalloc byte[16];
        a.AsByte().CopyTo(rest);
        return AddByTable(0, rest);
    }

    private static Vector128<ulong> Shift(Vector128<ulong> value, Vector128<ulong> by) =>
        Pclmulqdq.CarrylessMultiply(value, by, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, by, 0x11);

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
