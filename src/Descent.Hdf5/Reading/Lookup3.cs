using System.Buffers.Binary;
using System.Numerics;

namespace Descent.Hdf5.Reading;

/// <summary>Bob Jenkins' hash lookup3 over little-endian words: the checksum of HDF5's newer structures.</summary>
internal static class Lookup3
{
    private const int Word = sizeof(uint);
    private const int Round = 3 * Word;

    public static uint Hash(ReadOnlySpan<byte> bytes)
    {
        uint a, b, c;
        a = b = c = 0xdeadbeef + (uint)bytes.Length;
        if (bytes.IsEmpty) return c;

        for (; bytes.Length > Round; bytes = bytes[Round..])
        {
            Add(bytes, ref a, ref b, ref c);
            a = Mix(a, ref c, b, 4);
            b = Mix(b, ref a, c, 6);
            c = Mix(c, ref b, a, 8);
            a = Mix(a, ref c, b, 16);
            b = Mix(b, ref a, c, 19);
            c = Mix(c, ref b, a, 4);
        }

        Span<byte> last = stackalloc byte[Round];
        last.Clear();
        bytes.CopyTo(last);
        Add(last, ref a, ref b, ref c);
        c = (c ^ b) - BitOperations.RotateLeft(b, 14);
        a = (a ^ c) - BitOperations.RotateLeft(c, 11);
        b = (b ^ a) - BitOperations.RotateLeft(a, 25);
        c = (c ^ b) - BitOperations.RotateLeft(b, 16);
        a = (a ^ c) - BitOperations.RotateLeft(c, 4);
        b = (b ^ a) - BitOperations.RotateLeft(a, 14);
        return (c ^ b) - BitOperations.RotateLeft(b, 24);
    }

    private static void Add(ReadOnlySpan<byte> words, ref uint a, ref uint b, ref uint c)
    {
        a += BinaryPrimitives.ReadUInt32LittleEndian(words);
        b += BinaryPrimitives.ReadUInt32LittleEndian(words[Word..]);
        c += BinaryPrimitives.ReadUInt32LittleEndian(words[(2 * Word)..]);
    }

    // x = (x - y) ^ rotate(y); y += z
    private static uint Mix(uint x, ref uint y, uint z, int bits)
    {
        var mixed = (x - y) ^ BitOperations.RotateLeft(y, bits);
        y += z;
        return mixed;
    }
}
