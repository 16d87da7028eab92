using System.Buffers.Binary;
using System.Text;

namespace Descent.Tests.Data;

/// <summary>Writes pickles as NumPy of Python 2 did: protocol 2, texts as bytes.</summary>
internal static class PickleWriter
{
    public static byte[] Pickle(byte[] value) => [0x80, 2, .. value, (byte)'.'];

    public static byte[] Number(int value) => value is >= 0 and < 256 ? [(byte)'K', (byte)value] : [(byte)'J', .. Little(value)];

    public static byte[] Text(string text) => [(byte)'U', (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    public static byte[] Bytes(byte[] bytes) => [(byte)'T', .. Little(bytes.Length), .. bytes];

    public static byte[] List(IEnumerable<byte[]> items) => [(byte)']', (byte)'(', .. items.SelectMany(i => i), (byte)'e'];

    public static byte[] Dictionary(params (string Key, byte[] Value)[] items) =>
        [(byte)'}', (byte)'(', .. items.SelectMany(i => (byte[])[.. Text(i.Key), .. i.Value]), (byte)'u'];

    public static byte[] Name(string module, string name) => [(byte)'c', .. Encoding.ASCII.GetBytes($"{module}\n{name}\n")];

    public static byte[] Array(string type, int[] shape, byte[] elements) =>
    [
        .. Name("numpy.core.multiarray", "_reconstruct"), .. Name("numpy", "ndarray"), .. Number(0), 0x85, .. Text("b"), 0x87, (byte)'R',
        (byte)'(', .. Number(1), (byte)'(', .. shape.SelectMany(Number), (byte)'t',
        .. Name("numpy", "dtype"), .. Text(type), .. Number(0), .. Number(1), 0x87, (byte)'R',
        (byte)'(', .. Number(3), .. Text("|"), (byte)'N', (byte)'N', (byte)'N', .. Number(-1), .. Number(-1), .. Number(0), (byte)'t', (byte)'b',
        0x89, .. elements, (byte)'t', (byte)'b',
    ];

    private static byte[] Little(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }
}
