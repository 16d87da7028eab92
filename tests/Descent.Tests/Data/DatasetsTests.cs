using System.Formats.Tar;
using System.Text.Json.Nodes;
using Descent.Data;

namespace Descent.Tests.Data;

/// <summary>Data sets in small, served from this machine in the formats of the real ones.</summary>
public sealed class DatasetsTests : IDisposable
{
    private const string Recorded = "data/datasets";

    private readonly LocalServer _server = new();
    private readonly TemporaryFolder _home = new();
    private readonly DatasetStore _store;

    public DatasetsTests() => _store = new DatasetStore(_home.Root, _server.Root);

    public static TheoryData<GoldenCase> Imdb => Golden.Cases(Recorded);

    public static TheoryData<GoldenCase> Shuffles => Golden.Cases(Recorded, "shuffles");

    public void Dispose()
    {
        _server.Dispose();
        _home.Dispose();
    }

    [Fact]
    public void Mnist_LoadData_GivesImagesAndLabels()
    {
        Npz.Write(_home["made.npz"], new Dictionary<string, Tensor>
        {
            ["x_test"] = Ops.Reshape((int[])[0, 255, 3, 4], [1, 2, 2]),
            ["x_train"] = Ops.Reshape((int[])[1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]),
            ["y_train"] = (int[])[7, 9],
            ["y_test"] = (int[])[3],
        });
        var file = Serve("mnist.npz", File.ReadAllBytes(_home["made.npz"]), Datasets.Mnist.File("digits.npz"));
        var ((x, y), (xTest, yTest)) = Datasets.Mnist.LoadData(_store, file);
        Assert.Equal([2, 2, 2], x.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], x.ToArray());
        Assert.Equal([7, 9], y.ToInt32Array());
        Assert.Equal([0, 255, 3, 4], xTest.ToArray());
        Assert.Equal([3], yTest.ToInt32Array());
        Assert.True(File.Exists(_home[Path.Combine("datasets", "digits.npz")]));
    }

    [Fact]
    public void FashionMnist_LoadData_KeepsItsFilesWhereKerasDoes()
    {
        _server.Files["train-images-idx3-ubyte.gz"] = IdxTests.Zipped(IdxTests.Image(3, 2, 2));
        _server.Files["train-labels-idx1-ubyte.gz"] = IdxTests.Zipped(IdxTests.Image(3));
        _server.Files["t10k-images-idx3-ubyte.gz"] = IdxTests.Zipped(IdxTests.Image(1, 2, 2));
        _server.Files["t10k-labels-idx1-ubyte.gz"] = IdxTests.Zipped(IdxTests.Image(1));
        var ((x, y), (xTest, yTest)) = Datasets.FashionMnist.LoadData(_store);
        Assert.Equal([3, 2, 2], x.Shape);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => (float)i), x.ToArray());
        Assert.Equal([0, 1, 2], y.ToInt32Array());
        Assert.Equal((1, 1), (xTest.Shape[0], yTest.Length));
        Assert.Equal(_server.Files.Keys.Order(), Directory.GetFiles(_home[Path.Combine("datasets", "fashion-mnist")]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Cifar10_LoadData_PutsChannelsLast()
    {
        // Planes of red, green and blue: all pixels of an image are (label, 100 + label, 200 + label), but for the first.
        var batches = Enumerable.Range(1, 6).Select(number => (number < 6 ? $"data_batch_{number}" : "test_batch", Batch([number, (number + 1) % 10])));
        var file = Serve("cifar-10-python.tar.gz", Archive(batches), Datasets.Cifar10.File);
        var ((x, y), (xTest, yTest)) = Datasets.Cifar10.LoadData(_store, file);
        Assert.Equal([10, 32, 32, 3], x.Shape);
        Assert.Equal([10, 1], y.Shape);
        Assert.Equal([1, 2, 2, 3, 3, 4, 4, 5, 5, 6], y.ToInt32Array());
        Assert.Equal([6, 7], yTest.ToInt32Array());
        Assert.Equal([2, 32, 32, 3], xTest.Shape);
        Assert.Equal([50, 101, 201], x.ToArray()[..3]);
        Assert.Equal([1, 101, 201], x.ToArray()[3..6]);
        Assert.Equal([7, 107, 207], xTest.ToArray()[^3..]);
        Assert.True(File.Exists(_home[Path.Combine("datasets", "cifar-10-batches-py-target_archive")]));
    }

    [Fact]
    public void Cifar10_BadArchive_NamesFileAndCause()
    {
        AssertRefused("at least the test", Archive([("data_batch_1", Batch([1]))]), "Received: only data_batch_1");
        AssertRefused("no archive", [1, 2, 3, 4, 5, 6, 7, 8, 9], "The file must be a whole tar.gz archive");
        AssertRefused("cut", Archive([("data_batch_1", Batch([1]))])[..200], "archive");
        AssertRefused("a call", Archive([("data_batch_1", PickleWriter.Pickle([.. PickleWriter.Name("os", "system"), .. PickleWriter.Text("true"), 0x85, (byte)'R']))]), "a call of os.system, which is never executed");
        AssertRefused("labels", Archive([("data_batch_1", Batch([1, 17], correct: false))]), "A label must be a number from 0 to 9. Received: 17");
        AssertRefused("rows", Archive([("data_batch_1", Batch([1, 2], rows: 1))]), "The array must hold bytes, of shape (2, 3072). Received: an array of type 'u1' and shape (1, 3072)");

        void AssertRefused(string what, byte[] archive, string message)
        {
            var file = Serve("cifar-10-python.tar.gz", archive, Datasets.Cifar10.File);
            var exception = Assert.Throws<InvalidDataException>(() => Datasets.Cifar10.LoadData(_store, file));
            Assert.True(exception.Message.Contains(message, StringComparison.Ordinal), $"{what}: {exception.Message}");
            Assert.Contains("cifar-10-batches-py-target_archive", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Cifar10_DamagedArchive_IsRefusedOrHarmless()
    {
        var archive = Archive(Enumerable.Range(1, 6).Select(number => (number < 6 ? $"data_batch_{number}" : "test_batch", Batch([number]))));
        Damage.AssertTruncationsAreRefused(archive[..(archive.Length / 2)], path => ReadLabels(path)); // behind the last batch nothing is read
        Damage.AssertFlipsAreRefusedOrHarmless(archive, path => Assert.Equal([1, 2, 3, 4, 5], ReadLabels(path)));
    }

    [Fact]
    public void Cifar10_DamagedHeaderOfAnEntry_IsRefusedOrHarmless()
    {
        // Compressed anew, so that the damage comes to light in the archive, not in its checksum.
        var tar = Tar(Enumerable.Range(1, 6).Select(number => (number < 6 ? $"data_batch_{number}" : "test_batch", Batch([number]))));
        var header = tar.AsSpan().IndexOf("cifar-10-batches-py/data_batch_1"u8);
        for (var place = header; place < header + 512; place++)
        {
            foreach (var change in (byte[])[0x01, 0x80, 0xFF])
            {
                var damaged = (byte[])tar.Clone();
                damaged[place] ^= change;
                var path = _home.Write("damaged", IdxTests.Zipped(damaged));
                try
                {
                    Assert.Equal([1, 2, 3, 4, 5], ReadLabels(path));
                }
                catch (InvalidDataException e)
                {
                    Assert.Contains(path, e.Message, StringComparison.Ordinal);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Imdb))]
    public void Imdb_RecordedCase_IsKeras(GoldenCase golden)
    {
        foreach (var (_, archive) in Golden.Load(Recorded)["files"]!.AsObject())
        {
            var file = Serve("imdb.npz", Convert.FromBase64String((string)archive!), Datasets.Imdb.File("imdb.npz"));
            var arguments = golden.Json["arguments"]!.AsObject();
            var ((x, y), (xTest, yTest)) = Datasets.Imdb.LoadData(
                _store,
                file,
                Given("num_words", null),
                Given("skip_top", 0)!.Value,
                Given("maxlen", null),
                (long?)arguments["seed"] ?? 113,
                Given("start_char", 1),
                Given("oov_char", 2),
                Given("index_from", 3)!.Value);
            Assert.Equal(Lists("x_train"), x);
            Assert.Equal(Lists("x_test"), xTest);
            Assert.Equal(Golden.Ints(golden.Json["y_train"]), y.ToInt32Array());
            Assert.Equal(Golden.Ints(golden.Json["y_test"]), yTest.ToInt32Array());

            int? Given(string name, int? absent) => arguments.ContainsKey(name) ? (int?)arguments[name] : absent;
        }

        int[][] Lists(string name) => [.. golden.Json[name]!.AsArray().Select(Golden.Ints)];
    }

    [Fact]
    public void Imdb_BadArguments_AreNamed()
    {
        var file = Serve("imdb.npz", ImdbFile("protocol_3"), Datasets.Imdb.File("imdb.npz"));
        Assert.Contains("maxlen", Assert.Throws<ArgumentException>(() => Datasets.Imdb.LoadData(_store, file, maxlen: 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Datasets.Imdb.LoadData(_store, file, seed: -1));
    }

    [Theory]
    [InlineData("protocol_3")]
    [InlineData("python_2")]
    public void Imdb_DamagedFile_IsRefusedOrHarmless(string kind)
    {
        // Without a known checksum, so that the reader is what refuses it.
        var file = Datasets.Imdb.File("imdb.npz") with { Hash = null };
        var expected = Read(_home.Write("datasets/imdb.npz", ImdbFile(kind)));
        Damage.AssertTruncationsAreRefused(ImdbFile(kind), path => Read(path));
        Damage.AssertFlipsAreRefusedOrHarmless(ImdbFile(kind), path => Assert.Equal(expected, Read(path)));

        int[][] Read(string path)
        {
            var store = new DatasetStore(Path.GetDirectoryName(path)!);
            return Datasets.Imdb.LoadData(store, file with { Folder = "", Name = Path.GetFileName(path) }).Train.X;
        }
    }

    [Fact]
    public void ImdbWords_File_GivesTheIndexOfEach()
    {
        var file = Serve("imdb_word_index.json", [.. "{\"the\": 1, \"br\": 7, \"l'été\": 88000}"u8], Datasets.Imdb.WordFile("w.json"), md5: true);
        var index = Datasets.Imdb.GetWordIndex(_store, file);
        Assert.Equal(["the", "br", "l'été"], index.Keys);
        Assert.Equal([1, 7, 88000], index.Values);
        foreach (var bad in new[] { "[1]", "{\"a\": 1.5}", "{\"a\": \"b\"}", "{\"a\": 1", "" })
        {
            file = Serve("imdb_word_index.json", System.Text.Encoding.UTF8.GetBytes(bad), Datasets.Imdb.WordFile("w.json"), md5: true);
            Assert.Contains("w.json", Assert.Throws<InvalidDataException>(() => Datasets.Imdb.GetWordIndex(_store, file)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Shuffles))]
    public void NumpyRandom_Shuffle_IsNumPys(GoldenCase golden)
    {
        int[] items = [.. Enumerable.Range(0, (int)golden.Json["length"]!)];
        new NumpyRandom((uint)(long)golden.Json["seed"]!).Shuffle(items);
        Assert.Equal(Golden.Ints(golden.Json), items);
    }

    /// <summary>The number that the C++ standard requires of <c>std::mt19937</c>.</summary>
    [Fact]
    public void NumpyRandom_TenThousandthNumber_IsThatOfTheStandard()
    {
        var random = new NumpyRandom(5489);
        for (var i = 1; i < 10_000; i++) random.Next();
        Assert.Equal(4123659995, random.Next());
    }

    // The same file with the checksum of what is served in place of the real one's.
    private DatasetFile Serve(string name, byte[] content, DatasetFile file, bool md5 = false)
    {
        _server.Files[name] = content;
        Assert.EndsWith(name, file.Origin.AbsolutePath, StringComparison.Ordinal);
        Assert.Equal(md5 ? 32 : 64, file.Hash!.Length);
        return file with { Hash = DatasetStore.HashOf(_home.Write("served", content), file.Hash.Length) };
    }

    private static int[] ReadLabels(string path)
    {
        var store = new DatasetStore(Path.GetDirectoryName(path)!);
        return Datasets.Cifar10.LoadData(store, Datasets.Cifar10.File with { Folder = "", Name = Path.GetFileName(path), Hash = null }).Train.Y.ToInt32Array();
    }

    private static byte[] ImdbFile(string kind) => Convert.FromBase64String((string)Golden.Load(Recorded)["files"]![kind]!);

    private static byte[] Batch(int[] labels, int? rows = null, bool correct = true)
    {
        var pixels = labels.Take(rows ?? labels.Length).SelectMany(label => Enumerable.Range(0, 3 * 1024).Select(i => i == 0 ? (byte)50 : (byte)(i / 1024 * 100 + label))).ToArray();
        return PickleWriter.Pickle(PickleWriter.Dictionary(
            ("batch_label", PickleWriter.Text("training batch")),
            ("labels", PickleWriter.List(labels.Select(PickleWriter.Number))),
            ("data", PickleWriter.Array("u1", [rows ?? labels.Length, 3 * 1024], PickleWriter.Bytes(pixels))),
            (correct ? "filenames" : "names", PickleWriter.List([PickleWriter.Text("a.png")]))));
    }

    private static byte[] Archive(IEnumerable<(string Name, byte[] Content)> batches) => IdxTests.Zipped(Tar(batches));

    private static byte[] Tar(IEnumerable<(string Name, byte[] Content)> batches)
    {
        using var result = new MemoryStream();
        using (var archive = new TarWriter(result, leaveOpen: true))
        {
            archive.WriteEntry(new UstarTarEntry(TarEntryType.Directory, "cifar-10-batches-py/"));
            archive.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "cifar-10-batches-py/batches.meta") { DataStream = new MemoryStream([1, 2, 3]) });
            foreach (var (name, content) in batches)
                archive.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "cifar-10-batches-py/" + name) { DataStream = new MemoryStream(content) });
        }

        return result.ToArray();
    }
}
