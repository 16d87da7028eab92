using System.IO.Compression;
using System.Text;
using Descent.Data;
using Descent.Layers;
using Descent.Saving;

namespace Descent.Cli.Tests.Inspecting;

public sealed class InspectTests : IDisposable
{
    private readonly Tables _tables = new();

    public void Dispose() => _tables.Dispose();

    [Fact]
    public void Inspect_Keras_ShowsModelOptimizerAndTree()
    {
        var path = SaveModel("m.keras");

        Assert.Equal(
            """
            Keras      3.16.0
            Model      Sequential 'net', 2 layers
            Compiled   SGD, loss mse, metrics mae
            Arrays     6, 92 bytes
                       network: 4, 84 bytes
                       optimizer: 2, 8 bytes
            Checksums  of every array; --verify reads and compares them

            layers
            ├── dense/vars (first)
            │   ├── 0 (kernel)     float32  (3, 4)  48
            │   └── 1 (bias)       float32  (4,)    16
            └── dense_1/vars (dense)
                ├── 0 (kernel)     float32  (4, 1)  16
                └── 1 (bias)       float32  (1,)     4
            optimizer/vars (sgd)
            ├── 0 (iteration)      int32    ()       4
            └── 1 (learning_rate)  float32  ()       4

            """.Replace("\r\n", "\n", StringComparison.Ordinal),
            Inspect(path));
    }

    [Theory]
    [InlineData("mlp_adam.keras", "Saved      2026-", "Compiled   Adam, loss categorical_crossentropy, metrics accuracy", "├── dense/vars", "(6, 8)  192")]
    [InlineData("lstm_rmsprop.h5", "Backend    numpy", "Compiled   RMSprop, loss binary_crossentropy", "model_weights", "│   └── recurrent_kernel")]
    [InlineData("mlp_multi.weights.h5", "Checksums  none", "network: 4, 136 bytes", "├── dense/vars (first)", "│   └── sgd/vars")]
    [InlineData("variants/mlp_adam.chunked_gzip.weights.h5", "Arrays     ", "optimizer: ", "├── dense/vars", "(6, 8)  192")]
    public void Inspect_FilesOfKeras_ShowsThem(string name, params string[] expected)
    {
        var text = Inspect(Unpack(name), verify: true);

        Assert.All(expected, part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 80, line));
    }

    [Fact]
    public void Inspect_Safetensors_ShowsThemByTheirNames()
    {
        var path = _tables.PathOf("m.safetensors");
        using (var file = File.Create(path))
            Safetensors.Write(file, [("dense/kernel", new Variable("a", Tensor.Zeros([3, 4]))), ("dense/bias", new Variable("b", Tensor.Zeros([4])))]);

        Assert.Equal(
            "Arrays     2, 64 bytes\nChecksums  of every array, all verified\n\ndense\n├── kernel  float32  (3, 4)  48\n└── bias    float32  (4,)    16\n", Inspect(path, verify: true));
    }

    [Fact]
    public void Inspect_NumpyFiles_ShowsTypesAndShapes()
    {
        var (npz, npy) = (_tables.PathOf("m.npz"), _tables.PathOf("x.npy"));
        Npz.Write(npz, new Dictionary<string, Tensor> { ["a.w"] = Tensor.Zeros([2, 3]), ["a.i"] = Tensor.From([1, 2]) }, compressed: true);
        Npy.Write(npy, Tensor.Zeros([5]));

        Assert.Equal("Arrays     2, 32 bytes\nChecksums  of every array; --verify reads and compares them\n\na\n├── w  float32  (2, 3)  24\n└── i  int32    (2,)     8\n", Inspect(npz));
        Assert.Equal("Arrays     1, 20 bytes\nChecksums  none\n\nx  float32  (5,)  20\n", Inspect(npy));
    }

    [Theory]
    [InlineData("<U5", "U5", 40)]
    [InlineData("|S7", "S7", 14)]
    [InlineData("<c16", "c16", 32)]
    [InlineData("<M8[D]", "M8[D]", 16)]
    [InlineData("|O", "object", 0)]
    public void Inspect_NumpyArrayThatNoTensorHolds_ShowsItsType(string descr, string type, int bytes)
    {
        var (npz, header) = (_tables.PathOf("m.npz"), $"{{'descr': '{descr}', 'fortran_order': False, 'shape': (2,), }}\n");
        using (var file = File.Create(npz))
        using (var archive = new ZipWriter(file)) archive.Add("classes.npy", [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. new byte[bytes]]);

        Assert.Contains($"\nclasses  {type}  (2,)  {bytes}\n", Inspect(npz, verify: true), StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => Npz.Read(npz));
    }

    [Theory]
    [InlineData("m.keras")]
    [InlineData("m.h5")]
    [InlineData("m.weights.h5")]
    [InlineData("m.npz")]
    [InlineData("m.safetensors")]
    public void Verify_FlippedBit_IsFoundAndOnlyThen(string name)
    {
        var path = Write(name);
        var bytes = File.ReadAllBytes(path);
        var number = BitConverter.GetBytes(1.2345f);
        var at = bytes.AsSpan().IndexOf(number);
        bytes[at] ^= 1;
        File.WriteAllBytes(path, bytes);

        Assert.Contains("Arrays", Inspect(path), StringComparison.Ordinal);
        Assert.Contains("checksum", Assert.Throws<InvalidDataException>(() => Inspect(path, verify: true)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("m.keras")]
    [InlineData("m.h5")]
    [InlineData("m.weights.h5")]
    [InlineData("m.npz")]
    [InlineData("m.npy")]
    [InlineData("m.safetensors")]
    public void Inspect_CutOff_IsRefused(string name)
    {
        var path = Write(name);
        var bytes = File.ReadAllBytes(path);
        for (var length = 0; length < bytes.Length; length += Math.Max(1, bytes.Length / 50))
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.Throws<InvalidDataException>(() => Inspect(path));
        }
    }

    [Fact]
    public void Inspect_NamesThatWouldDoSomethingToATerminal_AreShownWithout()
    {
        var path = _tables.PathOf("m.npz");
        Npz.Write(path, new Dictionary<string, Tensor> { ["a\u001b[2J\n"] = Tensor.Zeros([1]) });

        Assert.DoesNotContain('\u001b', Inspect(path));
        Assert.Contains("a\uFFFD[2J\uFFFD", Inspect(path), StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_ClassThatNobodyKnows_IsNamedAndNotMade()
    {
        var path = _tables.PathOf("m.keras");
        using (var archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using var config = new StreamWriter(archive.CreateEntry("config.json").Open());
            config.Write("""{"module": "os", "class_name": "Lambda", "config": {"name": "evil", "layers": 3}, "compile_config": {"optimizer": ["a", {"class_name": "System"}], "loss": {"out": "mse"}}}""");
        }

        var text = Inspect(path);
        Assert.Contains("Model      Lambda 'evil'", text, StringComparison.Ordinal);
        Assert.Contains("Compiled   a, System, loss out: mse", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_LongNames_HaveALineOfTheirOwn()
    {
        var path = _tables.PathOf("m.npz");
        Npz.Write(path, new Dictionary<string, Tensor> { [new string('n', 75)] = Tensor.Zeros([1]), ["m"] = Tensor.Zeros([2]) });

        var lines = Inspect(path).Split('\n');
        Assert.Contains(new string('n', 75), lines);
        Assert.All(lines, line => Assert.True(line.Length <= 80, line));
    }

    [Fact]
    public void Command_BadFile_GivesItsExitCode()
    {
        var path = _tables.Write("no archive");
        File.Move(path, path += ".keras");

        DescentProcess.Run("inspect", path).AssertFailed(1, "must be a whole zip archive");
        DescentProcess.Run("inspect", "nowhere.h5").AssertFailed(2, "'nowhere.h5', which is not a file");
        DescentProcess.Run("inspect", _tables.Write("")).AssertFailed(2, "FILE must end in one of .keras, .h5,");
        DescentProcess.Run("inspect", "--verfy", path).AssertFailed(2, "Try 'descent inspect --help'.");
    }

    private string Write(string name)
    {
        var path = _tables.PathOf(name);
        var values = Tensor.From([1.2345f, 2, 3]);
        switch (Path.GetExtension(name))
        {
            case ".npz":
                Npz.Write(path, new Dictionary<string, Tensor> { ["x"] = values });
                break;
            case ".npy":
                Npy.Write(path, values);
                break;
            case ".safetensors":
                using (var file = File.Create(path)) Safetensors.Write(file, [("x", new Variable("x", values))]);
                break;
            default:
                SaveModel(name);
                break;
        }

        return path;
    }

    private string SaveModel(string name)
    {
        var path = _tables.PathOf(name);
        var model = new Sequential([new Dense(4) { Name = "first", InputShape = [3] }, new Dense(1)], "net");
        model.Weights[1].Assign(Tensor.From([1.2345f, 2, 3, 4]));
        model.Compile("sgd", "mse", ["mae"]);
        model.TrainOnBatch(Tensor.Zeros([1, 3]), Tensor.Zeros([1, 1]));
        model.Weights[1].Assign(Tensor.From([1.2345f, 2, 3, 4]));
        if (name.Contains(".weights.", StringComparison.Ordinal)) model.SaveWeights(path);
        else model.Save(path);
        return path;
    }

    private string Unpack(string name)
    {
        var path = _tables.PathOf(Path.GetFileName(name));
        using var packed = new GZipStream(File.OpenRead(Path.Combine(Descent.Tests.Golden.Root, "tests", "golden", "saved", name + ".gz")), CompressionMode.Decompress);
        using var file = File.Create(path);
        packed.CopyTo(file);
        return path;
    }

    private static string Inspect(string path, bool verify = false)
    {
        var text = new StringWriter { NewLine = "\n" };
        Assert.Equal(0, InspectRun.Execute(path, verify, text));
        return text.ToString();
    }
}
