using System.Text;
using System.Text.Json.Nodes;
using Descent.Data;

namespace Descent.Tests.Data;

/// <summary>Files that NumPy wrote, files that nobody should have written, and our own.</summary>
public class NpyTests
{
    private const string File = "data/numpy";

    public static TheoryData<GoldenCase> Cases => Golden.Cases(File);

    public static TheoryData<GoldenCase> Errors => Golden.Cases(File, "errors");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Read_FileOfNumPy_GivesItsArray(GoldenCase golden)
    {
        using var folder = new TemporaryFolder();
        var expected = golden.Json;
        var tensor = Npy.Read(folder.Write("a.npy", Bytes(expected)));

        Assert.Equal(Golden.Shape(expected), tensor.Shape);
        Assert.Equal((string?)expected["dtype"], tensor.DType.KerasName());
        Assert.Equal(Golden.Floats(expected), Values(tensor).Select(v => (float)v));
        if (tensor.DType == DType.Int32) Assert.Equal(expected["value"]!.AsArray().Select(v => (double)v!), Values(tensor));
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public void Read_TypeOrValueWithoutTensor_NamesFileAndCause(GoldenCase golden)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.npy", Bytes(golden.Json));
        var message = Assert.Throws<InvalidDataException>(() => Npy.Read(path)).Message;
        Assert.Contains((string)golden.Json["message"]!, message, StringComparison.Ordinal);
        Assert.Contains(path, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bool", "float32")]
    [InlineData("<f4", "int32")]
    [InlineData("<i4", "bool")]
    public void Read_TypeThatLoses_IsRefused(string name, string dtype)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.npy", Bytes(Case(name)));
        var message = Assert.Throws<InvalidDataException>(() => Npy.Read(path, Enum.Parse<DType>(dtype, ignoreCase: true))).Message;
        Assert.StartsWith($"The elements must be of a type that converts to {dtype} without loss.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_IntegersAsFloat32_KeepsThoseItCanHold()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal([-2, -1, 0, 1, 2, 3], Npy.Read(folder.Write("a.npy", Bytes(Case(">i8"))), DType.Float32).ToArray());

        Npy.Write(folder["b.npy"], (int[])[1 << 24, int.MinValue, 3]);
        Assert.Equal([1 << 24, int.MinValue, 3], Npy.Read(folder["b.npy"], DType.Float32).ToArray());

        Npy.Write(folder["c.npy"], (int[])[0, int.MaxValue]);
        Assert.Contains("2147483647 at position 1", Assert.Throws<InvalidDataException>(() => Npy.Read(folder["c.npy"], DType.Float32)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<f4")]
    [InlineData("<i4")]
    [InlineData("bool_matrix")]
    [InlineData("scalar")]
    [InlineData("special")]
    public void Write_Tensor_IsTheFileThatNumPyWrites(string name)
    {
        using var folder = new TemporaryFolder();
        var theirs = Bytes(Case(name));
        var tensor = Npy.Read(folder.Write("theirs.npy", theirs));
        Npy.Write(folder["ours.npy"], tensor);

        // NumPy leaves space for longer dimensions, up to the next multiple of 64.
        var ours = System.IO.File.ReadAllBytes(folder["ours.npy"]);
        Assert.Equal(Trimmed(theirs), Trimmed(ours));
        Assert.Equal(theirs.Length, ours.Length);
        Assert.Single(Directory.GetFiles(folder.Root, "ours*"));

        static string Trimmed(byte[] bytes) => Encoding.Latin1.GetString(bytes).Replace(" ", "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("version_2")]
    [InlineData("fortran")]
    [InlineData("bool")]
    public void Read_TruncatedOrLongerFile_IsRefused(string name)
    {
        var bytes = Bytes(Case(name));
        Damage.AssertTruncationsAreRefused(bytes, path => Npy.Read(path));

        using var folder = new TemporaryFolder();
        var longer = folder.Write("longer.npy", [.. bytes, 0]);
        Assert.Equal($"The file must end with its data. Received: more bytes than it states in '{longer}'.", Assert.Throws<InvalidDataException>(() => Npy.Read(longer)).Message);
    }

    [Theory]
    [InlineData("version_3")]
    [InlineData("fortran_big")]
    [InlineData("bool")]
    public void Read_ChangedByte_IsRefusedOrAnotherArray(string name) =>
        Damage.AssertFlipsAreRefusedOrHarmless(Bytes(Case(name)), path => Assert.NotNull(Npy.Read(path)));

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2000000000,), }", "must have 8000000000 bytes")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999, 99999999), }", "dimensions (99999999, 99999999)")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "The header must be a Python dictionary")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "The header must be a Python dictionary")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1), }", "at most 16 dimensions")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'shape': (1,)}", "The header must be a Python dictionary")]
    [InlineData("{'descr': '<f4', 'fortran_order': False}", "The header must be a Python dictionary")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), } os.system", "The header must be a Python dictionary")]
    [InlineData("{'descr': '', 'fortran_order': False, 'shape': (1,)}", "The type of the elements")]
    [InlineData("__import__('os')", "The header must be a Python dictionary")]
    public void Read_HeaderThatLies_IsRefusedBeforeAnythingIsAllocated(string header, string message)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.npy", [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), 1, 2, 3, 4]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var exception = Assert.Throws<InvalidDataException>(() => Npy.Read(path));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData("<i8", 0x1_7FFF_FFFF)] // its low half is the largest int32
    [InlineData("<i8", 0x1_0000_0005)]
    [InlineData("<i8", long.MinValue)]
    [InlineData("<i8", -0x8000_0001)]
    [InlineData("<u8", -1)]
    [InlineData("<u8", 0x8000_0000)]
    public void Read_IntegerOutOfRange_IsRefusedWhateverItsLowHalf(string type, long value)
    {
        using var folder = new TemporaryFolder();
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ()}}";
        var path = folder.Write("a.npy", [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. BitConverter.GetBytes(value)]);
        Assert.Contains("at position 0", Assert.Throws<InvalidDataException>(() => Npy.Read(path)).Message, StringComparison.Ordinal);
        if (value != long.MinValue && value != 0x8000_0000) Assert.Throws<InvalidDataException>(() => Npy.Read(path, DType.Float32));
    }

    [Fact]
    public void Read_OldNotations_AreUnderstood()
    {
        using var folder = new TemporaryFolder();
        var header = "{\"shape\": (2L, 1L), 'fortran_order': True, 'descr': '=i2'}";
        var path = folder.Write("a.npy", [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. BitConverter.GetBytes((short)5), .. BitConverter.GetBytes((short)-6)]);
        var tensor = Npy.Read(path);
        Assert.Equal([2, 1], tensor.Shape);
        Assert.Equal([5, -6], tensor.ToInt32Array());
    }

    [Fact]
    public void Read_NoNpyFile_SaysWhatItIs()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.npy", [.. "PK\u0003\u0004 something"u8]);
        Assert.Equal($"An NPY file must begin with the bytes 934e554d5059. Received: 504b03042073 in '{path}'.", Assert.Throws<InvalidDataException>(() => Npy.Read(path)).Message);
        Assert.Contains("4.0", Assert.Throws<InvalidDataException>(() => Npy.Read(folder.Write("b.npy", [0x93, .. "NUMPY"u8, 4, 0, 9, 9]))).Message, StringComparison.Ordinal);
        Assert.Contains(folder["none.npy"], Assert.Throws<FileNotFoundException>(() => Npy.Read(folder["none.npy"])).Message, StringComparison.Ordinal);
    }

    internal static byte[] Bytes(JsonNode node) => Convert.FromBase64String((string)node["file"]!);

    internal static double[] Values(Tensor tensor) => tensor.DType switch
    {
        DType.Float32 => Array.ConvertAll(tensor.ToArray(), v => (double)v),
        DType.Int32 => Array.ConvertAll(tensor.ToInt32Array(), v => (double)v),
        _ => Array.ConvertAll(tensor.ToBoolArray(), v => v ? 1.0 : 0.0),
    };

    private static JsonNode Case(string name) => Golden.Load(File)["cases"]!.AsArray().Single(c => (string?)c!["name"] == name)!;
}
