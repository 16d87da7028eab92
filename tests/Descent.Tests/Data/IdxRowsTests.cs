using Descent.Data;

namespace Descent.Tests.Data;

public sealed class IdxRowsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0x08, 1)]
    [InlineData(0x09, 1)]
    [InlineData(0x0B, 2)]
    [InlineData(0x0C, 4)]
    [InlineData(0x0D, 4)]
    [InlineData(0x0E, 8)]
    public void Read_RowsInAnyOrder_AreThoseOfTheWholeFile(byte type, int size)
    {
        var bytes = new byte[4 + 12 + 7 * 6 * size];
        for (var i = 16; i < bytes.Length; i++) bytes[i] = (byte)(i * 37 & 0x3F); // small exponents: no NaN
        ((byte[])[0, 0, type, 3, 0, 0, 0, 7, 0, 0, 0, 2, 0, 0, 0, 3]).CopyTo(bytes, 0);
        var path = _folder.Write("x", bytes);
        var whole = Idx.Read(path);
        var rows = Idx.Open(path);
        Assert.Equal(7, rows.Count);
        foreach (var wanted in new int[][] { [0, 1, 2, 3, 4, 5, 6], [6], [3, 4, 1, 2, 0], [5, 5, 6, 0] })
        {
            var batch = rows.Read(wanted);
            Assert.Empty(batch.Targets);
            Assert.Equal([wanted.Length, 2, 3], batch.X.Shape);
            var expected = Ops.Take(whole, wanted, axis: 0);
            Assert.Equal(expected.DType, batch.X.DType);
            Assert.Equal(Ops.Cast(expected, DType.Float32).ToArray(), Ops.Cast(batch.X, DType.Float32).ToArray());
        }
    }

    [Fact]
    public void Open_ImagesAndLabels_PairsThem()
    {
        var rows = Idx.Open(_folder.Write("x", IdxTests.Image(5, 2, 2)), _folder.Write("y", IdxTests.Image(5)), DType.Float32);
        var batch = rows.Read(4, 2);
        Assert.Equal([16, 17, 18, 19, 8, 9, 10, 11], batch.X.ToArray());
        Assert.Equal([4, 2], batch.Y.ToInt32Array());
        Assert.NotEqual(rows.Checksum, Idx.Open(_folder["x"], _folder["x"]).Checksum);
    }

    [Fact]
    public void Open_FileWithoutRows_SaysWhatIsWrong()
    {
        var x = _folder.Write("x", IdxTests.Image(5, 2));
        Says("A file must not be compressed for its rows to be found by their places. Received: data compressed by gzip in", () => Idx.Open(_folder.Write("a.gz", IdxTests.Zipped(IdxTests.Image(5)))));
        Says($"Inputs and targets must have the same number of rows. Received: 5 in '{x}' and 4 in", () => Idx.Open(x, _folder.Write("y", IdxTests.Image(4))));
        Says("The first dimension must be that of samples, 1 to 2147483647. Received: dimensions (0, 2) in", () => Idx.Open(_folder.Write("b", IdxTests.Image(0, 2))));
        Says("The first dimension must be that of samples, 1 to 2147483647. Received: dimensions () in", () => Idx.Open(_folder.Write("c", IdxTests.Image())));
        Says("An array of 5 rows of shape (2,) and type 'u1' must have 10 bytes. Received: 9 in", () => Idx.Open(_folder.Write("d", IdxTests.Image(5, 2)[..^1])));
        Says("An array of 5 rows of shape (2,) and type 'u1' must have 10 bytes. Received: 11 in", () => Idx.Open(_folder.Write("e", [.. IdxTests.Image(5, 2), 0])));
        Says("An IDX file must begin with the magic number", () => Idx.Open(_folder.Write("f", [.. "no file of numbers"u8])));
        Says("An array must have at most 16 dimensions and 2147483591 elements. Received: dimensions (4294967295) in", () => Idx.Open(_folder.Write("g", [0, 0, 8, 2, 0, 0, 0, 1, 255, 255, 255, 255])));
        Assert.Contains("nowhere", Assert.Throws<FileNotFoundException>(() => Idx.Open(_folder["nowhere"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NumberThatDoesNotFit_NamesTheRow()
    {
        byte[] file = [0, 0, 0x0C, 1, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 1, 0, 0, 1];
        var rows = Idx.Open(_folder.Write("x", file), dtype: DType.Float32);
        Assert.Equal([1f, 2], rows.Read(0, 1).X.ToArray());
        Says("Every element must have a value that float32 can hold. Received: 16777217 in row 2, counted from 0, in", () => rows.Read(1, 2));
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(3)]
    public void Read_FileThatChanged_IsRefused(int more)
    {
        var path = _folder.Write("x", IdxTests.Image(5, 2));
        var rows = Idx.Open(path);
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.SetLength(file.Length + more);
        Says($"The file must stay as it was when it was opened, 22 bytes long. Received: {22 + more} bytes in", () => rows.Read(0));
    }

    private static void Says(string message, Action action) => Assert.StartsWith(message, Assert.Throws<InvalidDataException>(action).Message, StringComparison.Ordinal);
}
