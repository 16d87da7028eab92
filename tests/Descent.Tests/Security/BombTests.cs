using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Descent.Data;
using Descent.Hdf5;
using Descent.Layers;
using Descent.Tests.Data;
using Descent.Tests.Saving;

namespace Descent.Tests.Security;

/// <summary>Small files that ask for much, and files that say two things: each is refused before it costs anything.</summary>
public class BombTests
{
    private const int Little = 64 << 20;

    [Theory]
    [InlineData("""{"class_name": "Dense", "config": {"name": "d", "units": 2000000000, "batch_input_shape": [null, 1]}}""")]
    [InlineData("""{"class_name": "Dense", "config": {"name": "d", "units": 20000, "batch_input_shape": [null, 20000]}}""")]
    [InlineData("""{"class_name": "Dense", "config": {"name": "d", "units": 20000, "kernel_initializer": "orthogonal", "batch_input_shape": [null, 20000]}}""")]
    [InlineData("""{"class_name": "Embedding", "config": {"name": "e", "input_dim": 2000000000, "output_dim": 1, "batch_input_shape": [null, 1]}}""")]
    [InlineData("""{"class_name": "LSTM", "config": {"name": "l", "units": 20000, "batch_input_shape": [null, 1, 1]}}""")]
    [InlineData("""{"class_name": "Bidirectional", "config": {"name": "b", "layer": {"class_name": "LSTM", "config": {"name": "l", "units": 20000}}, "batch_input_shape": [null, 1, 1]}}""")]
    [InlineData("""{"class_name": "IntegerLookup", "config": {"name": "i", "vocabulary": [1], "num_oov_indices": 2000000000, "batch_input_shape": [null, 1]}}""")]
    [InlineData("""{"class_name": "Reshape", "config": {"name": "r", "target_shape": [2000000000, 2000000000], "batch_input_shape": [null, 1]}}""")]
    [InlineData("""{"class_name": "InputLayer", "config": {"name": "r", "batch_shape": [null, 2000000000, 2000000000]}}""")]
    public void Load_OfHugeModelInFewWords_Refuses(string layer)
    {
        using var folder = new TemporaryFolder();
        var config = $$$"""{"module": "keras", "class_name": "Sequential", "config": {"name": "m", "layers": [{{{layer}}}]}}""";
        AssertRefusedCheaply(() => Model.Load(folder.Write("m.keras", Keras(config))));
        AssertRefusedCheaply(() => Model.Load(folder.Write("m.h5", Packed.OldModel(config, null, "2.15.0"))));
        AssertRefusedCheaply(() => Model.FromJson(config, maxBytes: 1 << 20));
    }

    [Fact]
    public void FromJson_OfModelWithinTheLimit_MakesIt()
    {
        const string Json = """{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {"name": "d", "units": 100, "batch_input_shape": [null, 100]}}]}}""";
        Assert.Equal(10_100, Model.FromJson(Json, maxBytes: 1 << 17).CountParams());
        var refused = Assert.Throws<InvalidDataException>(() => Model.FromJson(Json, maxBytes: 1 << 13));
        Assert.StartsWith("What the JSON describes must take at most 0 MB of memory", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfMoreLayersThanAnybodyHas_Refuses()
    {
        using var folder = new TemporaryFolder();
        var layers = string.Join(", ", Enumerable.Range(0, 5_001).Select(i => $$$"""{"class_name": "Flatten", "config": {"name": "f{{{i}}}"}}"""));
        var refused = Assert.Throws<InvalidDataException>(() => Model.Load(folder.Write("m.keras", Keras($$$"""{"class_name": "Sequential", "config": {"layers": [{{{layers}}}]}}"""))));
        Assert.Contains("at most 5000 layers", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"class_name": "Sequential", "class_name": "Lambda", "config": {"layers": []}}""", "class_name")]
    [InlineData("""{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {"units": 1e400}}]}}""", "units")]
    [InlineData("""{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {"units": 99999999999999999999}}]}}""", "units")]
    [InlineData("""{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dropout", "config": {"rate": 1e400}}]}}""", "rate")]
    [InlineData("""{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dropout", "config": {"rate": NaN}}]}}""", "JSON")]
    [InlineData("""{"class_name": "Sequential", "config": {"layers": {"$ref": "#"}}}""", "layers")]
    [InlineData("null", "JSON object")]
    [InlineData("", "JSON")]
    public void FromJson_OfBadText_SaysWhat(string json, string message) =>
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => Model.FromJson(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(90)]
    [InlineData(100)]
    [InlineData(100_000)]
    public void FromJson_OfModelsWithinModels_EndsWithoutOverflow(int depth)
    {
        var json = string.Concat(Enumerable.Repeat("""{"class_name": "Bidirectional", "config": {"layer": """, depth)) + "1" + string.Concat(Enumerable.Repeat("}}", depth));
        Assert.Throws<InvalidDataException>(() => Model.FromJson(json));
    }

    [Fact]
    public void Load_OfJsonThatUnfolds_Refuses()
    {
        using var folder = new TemporaryFolder();
        var entries = Packed.Unzip(GoldenFile.Bytes("mlp_adam.keras"));
        entries["config.json"] = Encoding.UTF8.GetBytes("{\"class_name\": \"Sequential\", \"config\": [" + new string(' ', 60_000_000) + "]}");
        var path = folder.Write("m.keras", Packed.Zip(entries, CompressionLevel.Optimal));
        Assert.Contains("'config.json' would grow", AssertRefusedCheaply(() => Model.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfEntriesThatShareBytes_Refuses()
    {
        using var folder = new TemporaryFolder();
        Npz.Write(folder["a.npz"], new Dictionary<string, Tensor> { ["x"] = Tensor.Zeros([1000, 1000]), ["y"] = Tensor.Zeros([1000, 1000]) }, compressed: true);
        var bytes = File.ReadAllBytes(folder["a.npz"]);
        var second = bytes.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(second + 42), 0);
        var refused = AssertRefusedCheaply(() => Npz.Read(folder.Write("b.npz", bytes)));
        Assert.Contains("shares bytes with another", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfEntryWithTwoNames_Refuses()
    {
        using var folder = new TemporaryFolder();
        var bytes = GoldenFile.Bytes("mlp_adam.keras");
        "konfig"u8.CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf("config.json"u8)));
        Assert.Contains("'config.json' has another name where it stands", Assert.Throws<InvalidDataException>(() => Model.Load(folder.Write("m.keras", bytes))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20, 0xFFFFFFF0)] // stored
    [InlineData(24, 0xFFFFFFF0)] // size
    [InlineData(42, 0xFFFFFFF0)] // offset
    [InlineData(42, 0x7FFFFFFF)]
    public void Load_OfEntryOutsideTheFile_Refuses(int field, uint value)
    {
        using var folder = new TemporaryFolder();
        var bytes = GoldenFile.Bytes("mlp_adam.keras");
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.AsSpan().LastIndexOf("PK\u0001\u0002"u8) + field), value);
        AssertRefusedCheaply(() => Model.Load(folder.Write("m.keras", bytes)));
    }

    [Fact]
    public void Load_OfEntryThatIsALink_DoesNotFollowIt()
    {
        using var folder = new TemporaryFolder();
        var secret = folder.Write("secret", GoldenFile.Bytes("mlp_adam.weights.h5"));
        var result = new MemoryStream();
        using (var archive = new ZipArchive(result, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in Packed.Unzip(GoldenFile.Bytes("mlp_adam.keras")))
            {
                var entry = archive.CreateEntry(name);
                if (name == "model.weights.h5") entry.ExternalAttributes = unchecked((int)0xA1FF0000); // a symbolic link
                using var stream = entry.Open();
                stream.Write(name == "model.weights.h5" ? Encoding.UTF8.GetBytes(secret) : bytes);
            }
        }

        Assert.Contains("must be an HDF5 file", Assert.Throws<InvalidDataException>(() => Model.Load(folder.Write("m.keras", result.ToArray()))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    [InlineData(100_000_001)]
    [InlineData(99_999_999)]
    public void LoadWeights_OfSafetensorsWithLongHeader_Refuses(long length)
    {
        using var folder = new TemporaryFolder();
        AssertRefusedCheaply(() => Make().LoadWeights(folder.Write("m.safetensors", [.. BitConverter.GetBytes(length), .. "{}"u8])));
    }

    [Theory]
    [InlineData("""{"d/kernel": {"dtype": "F32", "shape": [4294967296, 4294967296], "data_offsets": [0, 4]}}""")]
    [InlineData("""{"d/kernel": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 4]}}""")]
    [InlineData("""{"d/kernel": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 9223372036854775807]}}""")]
    [InlineData("""{"d/kernel": {"dtype": "F32", "shape": [2, 2], "data_offsets": [-4, 0]}}""")]
    [InlineData("""{"d/kernel": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, "d/kernel": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}""")]
    [InlineData("""{"d/kernel": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, "d/bias": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}""")]
    [InlineData("""{"__metadata__": 3, "d/kernel": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}""")]
    public void LoadWeights_OfSafetensorsThatPointElsewhere_Refuses(string header)
    {
        using var folder = new TemporaryFolder();
        AssertRefusedCheaply(() => Make().LoadWeights(folder.Write("m.safetensors", Packed.Safetensors(header, new byte[4]))));
    }

    [Fact]
    public void LoadWeights_OfArraysThatDoNotFit_DoesNotReadThem()
    {
        using var folder = new TemporaryFolder();
        Npz.Write(folder["m.npz"], new Dictionary<string, Tensor> { ["d/kernel"] = Tensor.Zeros([5000, 5000]) }, compressed: true);
        AssertRefusedCheaply(() => Make().LoadWeights(folder["m.npz"]));
    }

    [Fact]
    public void LoadWeights_OfPickledObjects_Refuses()
    {
        using var folder = new TemporaryFolder();
        var header = "{'descr': '|O', 'fortran_order': False, 'shape': (2, 2), }".PadRight(117) + "\n";
        byte[] array = [0x93, .. "NUMPY"u8, 1, 0, .. BitConverter.GetBytes((ushort)header.Length), .. Encoding.ASCII.GetBytes(header), .. "cos\nsystem\n(S'touch descent-was-here'\ntR."u8];
        var path = folder.Write("m.npz", Packed.Zip([new("d/kernel.npy", array)]));
        Assert.Contains("object of shape (2, 2)", Assert.Throws<InvalidDataException>(() => Make().LoadWeights(path)).Message, StringComparison.Ordinal);
        Assert.Contains("Python objects", Assert.Throws<InvalidDataException>(() => Npz.Read(path)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists("descent-was-here"));
    }

    [Fact]
    public void Load_OfFileThatListsALayerOverAndOver_Refuses()
    {
        using var folder = new TemporaryFolder();
        var writer = new Hdf5Writer();
        writer.Root.SetAttribute("layer_names", [.. Enumerable.Repeat("d", 1000)]);
        var group = writer.Root.CreateGroup("d");
        group.SetAttribute("weight_names", [.. Enumerable.Range(0, 1000).Select(i => $"{i}")]);
        for (var i = 0; i < 1000; i++) group.CreateDataset($"{i}", [1], new float[1]);
        var path = folder.Write("m.weights.h5", Packed.Bytes(writer));
        Assert.Contains("must list each layer once", AssertRefusedCheaply(() => Make().LoadWeights(path)).Message, StringComparison.Ordinal);
    }

    private static Sequential Make() => new([new Dense(2) { Name = "d", InputShape = [2] }]);

    private static byte[] Keras(string config)
    {
        var entries = Packed.Unzip(GoldenFile.Bytes("mlp_adam.keras"));
        entries["config.json"] = Encoding.UTF8.GetBytes(config);
        return Packed.Zip(entries);
    }

    private static InvalidDataException AssertRefusedCheaply(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refused = Assert.Throws<InvalidDataException>(action);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Little);
        return refused;
    }
}
