using System.Buffers.Binary;
using System.IO.Compression;
using Descent.Data;

namespace Descent.Tests.Data;

public class IdxTests
{
    [Theory]
    [InlineData(0x08, new byte[] { 0, 1, 255 }, new double[] { 0, 1, 255 })]
    [InlineData(0x09, new byte[] { 0, 127, 255 }, new double[] { 0, 127, -1 })]
    [InlineData(0x0B, new byte[] { 0x01, 0x02, 0xFF, 0xFE, 0, 0 }, new double[] { 258, -2, 0 })]
    [InlineData(0x0C, new byte[] { 0, 1, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1 }, new double[] { 65536, -1, 1 })]
    [InlineData(0x0D, new byte[] { 0x3F, 0x80, 0, 0, 0xBF, 0, 0, 0, 0, 0, 0, 0 }, new double[] { 1, -0.5, 0 })]
    [InlineData(0x0E, new byte[] { 0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 0xBF, 0xE0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, new double[] { 1, -0.5, 0 })]
    public void Read_EachType_GivesItsNumbers(byte type, byte[] elements, double[] expected)
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = [0, 0, type, 2, 0, 0, 0, 3, 0, 0, 0, 1, .. elements];
        foreach (var path in new[] { folder.Write("a.idx", bytes), folder.Write("a.idx.gz", Zipped(bytes)) })
        {
            var tensor = Idx.Read(path);
            Assert.Equal([3, 1], tensor.Shape);
            Assert.Equal(type < 0x0D ? DType.Int32 : DType.Float32, tensor.DType);
            Assert.Equal(expected, NpyTests.Values(tensor));
            Assert.Equal(expected, NpyTests.Values(Idx.Read(path, DType.Float32)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_TruncatedOrChangedFile_IsRefusedOrAnotherArray(bool zipped)
    {
        byte[] bytes = [.. Image(3, 4)];
        bytes = zipped ? Zipped(bytes) : bytes;
        Damage.AssertTruncationsAreRefused(bytes, path => Idx.Read(path));
        Damage.AssertFlipsAreRefusedOrHarmless(bytes, path =>
        {
            var tensor = Idx.Read(path);
            if (zipped) Assert.Equal(Enumerable.Range(0, 12), tensor.ToInt32Array()); // gzip has a checksum
        });
    }

    [Theory]
    [InlineData("50 4b 03 04 00 00", "Received: 504b0304")]
    [InlineData("00 00 0a 01 00 00 00 00", "Received: 00000a01")]
    [InlineData("00 00 08 02 ff ff ff ff 00 00 00 02 00", "dimensions (4294967295, 2)")]
    [InlineData("00 00 08 02 00 ff ff ff 00 00 00 20 00", "must have 536870880 bytes. Received: at most 1 bytes")]
    [InlineData("00 00 08 ff 00 00", "A dimension must have 4 bytes")]
    [InlineData("00 00 08 01 00 00 00 01 07 08", "The file must end with its data")]
    public void Read_FileThatLies_NamesFileAndCause(string hex, string message)
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var path = folder.Write("a", bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var exception = Assert.Throws<InvalidDataException>(() => Idx.Read(path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Contains($"'{path}'", exception.Message, StringComparison.Ordinal);

        var zipped = Assert.Throws<InvalidDataException>(() => Idx.Read(folder.Write("a.gz", Zipped(bytes))));
        Assert.Contains("a.gz", zipped.Message, StringComparison.Ordinal);
    }

    /// <summary>An IDX file of bytes 0, 1, 2, …</summary>
    internal static byte[] Image(params int[] dimensions)
    {
        var bytes = new byte[4 + 4 * dimensions.Length + dimensions.Aggregate(1, (a, b) => a * b)];
        (bytes[2], bytes[3]) = (0x08, (byte)dimensions.Length);
        for (var i = 0; i < dimensions.Length; i++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * i), dimensions[i]);
        for (int i = 4 + 4 * dimensions.Length, value = 0; i < bytes.Length; i++) bytes[i] = (byte)value++;
        return bytes;
    }

    internal static byte[] Zipped(byte[] bytes)
    {
        using var result = new MemoryStream();
        using (var stream = new GZipStream(result, CompressionLevel.Optimal)) stream.Write(bytes);
        return result.ToArray();
    }
}
