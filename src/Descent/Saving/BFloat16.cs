using System.Buffers.Binary;

namespace Descent.Saving;

/// <summary>Numbers of two bytes: the upper half of a float32, which holds them all.</summary>
internal static class BFloat16
{
    public const int Size = 2;

    /// <summary>Reads numbers, of which the lower byte comes first.</summary>
    /// <param name="bytes">Two for each number.</param>
    /// <param name="target">Takes the numbers.</param>
    public static void Widen(ReadOnlySpan<byte> bytes, Span<float> target)
    {
        for (var i = 0; i < target.Length; i++) target[i] = BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(Size * i)..]) << 16);
    }
}
