using System.IO.Compression;
using System.Text.Json.Nodes;
using Descent.Data;

namespace Descent.Tests.Data;

public class NpzTests
{
    private static JsonNode Recorded => Golden.Load("data/numpy")["npz"]!;

    [Theory]
    [InlineData("stored")]
    [InlineData("compressed")]
    public void Read_ArchiveOfNumPy_GivesItsArraysInOrder(string kind)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.npz", Archive(kind));
        var arrays = Npz.Read(path);
        Assert.Equal(["x", "y", "mask"], arrays.Keys);
        AssertRecorded(arrays);
        Assert.Equal(["y"], Npz.Read(path, ["y"]).Keys);
        var message = Assert.Throws<InvalidDataException>(() => Npz.Read(path, ["y", "z"])).Message;
        Assert.Equal($"The archive must hold an array 'z'. Received: 'x', 'y', 'mask' in '{path}'.", message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Write_Arrays_ReadsThemBack(bool compressed)
    {
        using var folder = new TemporaryFolder();
        var tensors = new Dictionary<string, Tensor> { ["x"] = new float[,] { { 1, 2 }, { 3, 4 } }, ["folder/y"] = (int[])[7], ["z"] = (bool[])[true, false, true], ["s"] = 2.5f };
        Npz.Write(folder["a.npz"], tensors, compressed);
        Npz.Write(folder["b.npz"], tensors, compressed);
        var read = Npz.Read(folder["a.npz"]);
        Assert.Equal(tensors.Keys, read.Keys);
        foreach (var (name, tensor) in tensors)
        {
            Assert.Equal(tensor.Shape, read[name].Shape);
            Assert.Equal(tensor.DType, read[name].DType);
            Assert.Equal(NpyTests.Values(tensor), NpyTests.Values(read[name]));
        }

        Assert.Equal(File.ReadAllBytes(folder["a.npz"]), File.ReadAllBytes(folder["b.npz"]));
        Assert.Throws<ArgumentException>(() => Npz.Write(folder["c.npz"], new Dictionary<string, Tensor> { [""] = 1f }));
        Assert.Equal(2, Directory.GetFiles(folder.Root).Length);
    }

    [Theory]
    [InlineData("stored")]
    [InlineData("compressed")]
    public void Read_TruncatedArchive_IsRefused(string kind) => Damage.AssertTruncationsAreRefused(Archive(kind), path => Npz.Read(path));

    /// <summary>Of what is not checked, the names alone can change: then an array has another name, or counts as none.</summary>
    [Theory]
    [InlineData("stored")]
    [InlineData("compressed")]
    public void Read_ChangedByte_IsRefusedOrChangesNoNumber(string kind) => Damage.AssertFlipsAreRefusedOrHarmless(Archive(kind), path =>
    {
        var arrays = Npz.Read(path);
        foreach (var (name, recorded) in Recorded["arrays"]!.AsObject())
        {
            if (arrays.TryGetValue(name, out var array)) AssertRecorded(array, recorded!);
        }
    });

    [Fact]
    public void Read_TwoArraysOfOneName_IsRefused()
    {
        using var folder = new TemporaryFolder();
        using (var archive = ZipFile.Open(folder["a.npz"], ZipArchiveMode.Create))
        {
            archive.CreateEntry("x.npy");
            archive.CreateEntry("x.npy");
        }

        Assert.Equal($"The file must be a whole zip archive. Received: '{folder["a.npz"]}', of which the entry 'x.npy' stands there twice.", Assert.Throws<InvalidDataException>(() => Npz.Read(folder["a.npz"])).Message);
    }

    [Fact]
    public void Read_MemberLargerThanStated_NamesIt()
    {
        using var folder = new TemporaryFolder();
        Npz.Write(folder["a.npz"], new Dictionary<string, Tensor> { ["x"] = new float[100] });
        var bytes = File.ReadAllBytes(folder["a.npz"]);
        var header = bytes.AsSpan().IndexOf("(100,)"u8);
        "(999,)"u8.CopyTo(bytes.AsSpan(header));
        var message = Assert.Throws<InvalidDataException>(() => Npz.Read(folder.Write("b.npz", bytes))).Message;
        Assert.Equal($"An array of shape (999,) and type 'f4' must have 3996 bytes. Received: at most 400 bytes, before the end of the file, in array 'x' of '{folder["b.npz"]}'.", message);
    }

    private static void AssertRecorded(IReadOnlyDictionary<string, Tensor> arrays)
    {
        foreach (var (name, recorded) in Recorded["arrays"]!.AsObject()) AssertRecorded(arrays[name], recorded!);
    }

    private static void AssertRecorded(Tensor array, JsonNode recorded)
    {
        Assert.Equal(Golden.Shape(recorded), array.Shape);
        Assert.Equal(Golden.Floats(recorded), NpyTests.Values(array).Select(v => (float)v));
    }

    private static byte[] Archive(string kind) => Convert.FromBase64String((string)Recorded[kind]!);
}
