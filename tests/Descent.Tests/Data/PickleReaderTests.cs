using Descent.Data;

namespace Descent.Tests.Data;

/// <summary>The reader of pickles reads lists, numbers and arrays, and executes nothing.</summary>
public class PickleReaderTests
{
    [Fact]
    public void Read_EachKindOfValue_GivesIt()
    {
        var value = Read([
            0x80, 4, 0x95, 0, 0, 0, 0, 0, 0, 0, 0, // a frame
            .. "}"u8, 0x94, .. "("u8,
            0x8C, 1, .. "a"u8, .. "]"u8, 0x94, .. "("u8,
            .. "K\u0001"u8, .. "J"u8, 0xFE, 0xFF, 0xFF, 0xFF, .. "M"u8, 0x2C, 1, 0x8A, 6, 0, 0, 0, 0, 0, 1, 0x8A, 1, 0xFF, 0x8A, 0, 0x88, 0x89, .. "N)"u8, .. "K\u0001K\u0002"u8, 0x86, .. "h\u0001"u8,
            .. "e"u8,
            0x8C, 1, .. "b"u8, .. "C\u0002xy"u8, .. "u."u8]);
        var dictionary = Assert.IsType<Dictionary<string, object?>>(value);
        var list = Assert.IsType<List<object?>>(dictionary["a"]);
        Assert.Equal([1L, -2L, 300L, 1L << 40, -1L, 0L, true, false, null], list[..9]);
        Assert.Empty(Assert.IsType<List<object?>>(list[9]));
        Assert.Equal([1L, 2L], Assert.IsType<List<object?>>(list[10]));
        Assert.Same(list, list[11]);
        Assert.Equal([.. "xy"u8], Assert.IsType<byte[]>(dictionary["b"]));
    }

    [Theory]
    [InlineData("os", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("numpy", "load")]
    [InlineData("numpy.core.multiarray", "fromfile")]
    [InlineData("numpy.core.multiarray", "_reconstruct.x")]
    public void Read_NameOfAnythingElse_IsRefusedByName(string module, string name) =>
        Assert.Contains($"a call of {module}.{name}, which is never executed", Refused(PickleWriter.Pickle(PickleWriter.Name(module, name))), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("8001 4e 2e")]
    [InlineData("8006 4e 2e")]
    [InlineData("8002 2e")] // nothing on the stack
    [InlineData("8002 65 2e")] // the end of a list that never began
    [InlineData("8002 4e 61 2e")]
    [InlineData("8002 4b01 4b02 61 2e")] // appending to a number
    [InlineData("8002 7d 28 4b01 75 2e")] // a key without a value
    [InlineData("8002 7d 4b01 4b02 73 2e")] // a number as key
    [InlineData("8002 6805 2e")] // a reference to nothing
    [InlineData("8002 7101 2e")]
    [InlineData("8002 8a 09 01 02 03 04 05 06 07 08 09 2e")]
    [InlineData("8002 54 ffffff7f 00 2e")] // more bytes than there are
    [InlineData("8004 8e ffffffffffffffff 00 2e")]
    [InlineData("8002 4b01 52 2e")]
    [InlineData("8002 4b01 4b02 52 2e")]
    [InlineData("8002 4b01 4b02 62 2e")]
    [InlineData("8002 69 2e")] // INST
    [InlineData("8002 63 61 61 61 61 61")]
    [InlineData("8002 50 31 0a 2e")] // a persistent id
    [InlineData("8002 82 01 2e")] // the extension registry
    public void Read_BrokenPickle_IsRefused(string hex) => Refused(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));

    [Fact]
    public void Read_ArrayWithOtherState_IsRefused()
    {
        Refused(PickleWriter.Array("u1", [3], PickleWriter.Bytes([1, 2])));
        Refused(PickleWriter.Array("u1", [1, 1], PickleWriter.Bytes([1, 2])));
        Refused(PickleWriter.Array("u1", [1], PickleWriter.Bytes([1])));
        Refused(PickleWriter.Array("i1", [1, 1], PickleWriter.Bytes([1])));
        Refused(PickleWriter.Array("u8", [1, 1], PickleWriter.Bytes(new byte[8])));
        Refused(PickleWriter.Array("u1", [-1], PickleWriter.Bytes([1])));
        Refused(PickleWriter.Array("O8", [1], PickleWriter.List([PickleWriter.Number(1)])));

        static void Refused(byte[] array)
        {
            var bytes = PickleWriter.Pickle(array);
            using var source = Source(bytes);
            var value = Assert.IsType<PickledArray>(new PickleReader(source).Read());
            Assert.Contains("in 'test'", Assert.Throws<InvalidDataException>(() => value.ToBytes(source, 1, 1)).Message, StringComparison.Ordinal);
        }
    }

    private static object? Read(byte[] bytes)
    {
        using var source = Source(bytes);
        var value = new PickleReader(source).Read();
        source.RequireEnd();
        return value;
    }

    private static string Refused(byte[] bytes) => Assert.Throws<InvalidDataException>(() => Read(bytes)).Message;

    private static ByteSource Source(byte[] bytes) => new(new MemoryStream(bytes), "'test'", bytes.Length);
}
