using System.IO.Compression;
using System.Text;
using Descent.Tests.Data;

namespace Descent.Tests.Saving;

/// <summary>Archives that nobody should trust.</summary>
public class KerasArchiveTests
{
    private const string Name = "m.keras";

    [Theory]
    [InlineData("../escaped.txt")]
    [InlineData("/tmp/escaped.txt")]
    [InlineData("assets/../../escaped.txt")]
    [InlineData("C:\\escaped.txt")]
    public void Load_OfArchiveWithNamesThatLeaveTheFolder_WritesNothing(string name)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["inner"]);
        var path = Repack(folder, (entry, bytes) => bytes, (name, "text"));
        var before = Directory.GetFileSystemEntries(folder.Root, "*", SearchOption.AllDirectories);
        _ = Model.Load(path);
        Assert.Equal(before, Directory.GetFileSystemEntries(folder.Root, "*", SearchOption.AllDirectories));
        Assert.False(File.Exists(Path.Combine(Path.GetTempPath(), "escaped.txt")));
    }

    [Fact]
    public void Load_OfDeflatedArchive_ReadsIt()
    {
        using var folder = new TemporaryFolder();
        var path = Repack(folder, (entry, bytes) => bytes, level: CompressionLevel.Optimal);
        Assert.True(Load(path).IsComplete);
    }

    [Fact]
    public void Load_OfDeepJson_Refuses()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"config\":", 100)) + "1" + new string('}', 100);
        AssertRefused(config => deep, "JSON of at most 96 levels");
    }

    [Theory]
    [InlineData("Dense", "Denser", "Unknown layer 'Denser'. Did you mean 'Dense'?")]
    [InlineData("Dense", "Lambda", "Lambda")]
    [InlineData("keras.layers", "os", "Unknown layer")]
    [InlineData("Dense", "System.Diagnostics.Process", "Unknown layer 'System.Diagnostics.Process'")]
    public void Load_OfUnknownClass_NamesItAndHowToRegister(string old, string changed, string message) =>
        AssertRefused(config => config.Replace($"\"{old}\"", $"\"{changed}\"", StringComparison.Ordinal), message);

    [Theory]
    [InlineData("\"units\": 8", "\"units\": 9", "dense/kernel: float32 of shape (6, 9) in the model, float32 of shape (6, 8) in the file")]
    [InlineData("\"units\": 8", "\"units\": -1", "Units must be 1 or more")]
    [InlineData("\"Sequential\"", "\"Dense\"", "")]
    [InlineData("{", "[", "JSON")]
    public void Load_OfConfigThatDoesNotFit_SaysWhy(string old, string changed, string message) =>
        AssertRefused(config => config.Replace(old, changed, StringComparison.Ordinal), message);

    [Fact]
    public void Load_OfBomb_RefusesWithoutUnpacking()
    {
        using var folder = new TemporaryFolder();
        var path = Repack(folder, (entry, bytes) => entry == "model.weights.h5" ? new byte[100_000_000] : bytes, level: CompressionLevel.Optimal);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var exception = Assert.Throws<InvalidDataException>(() => Model.Load(path));
        Assert.Contains("'model.weights.h5' would grow", exception.Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 10_000_000);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.weights.h5")]
    public void Load_OfArchiveWithoutAnEntry_NamesIt(string missing)
    {
        using var folder = new TemporaryFolder();
        var path = Repack(folder, (entry, bytes) => entry == missing ? null : bytes);
        var exception = Assert.Throws<InvalidDataException>(() => Model.Load(path));
        Assert.Contains($"has no entry '{missing}'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfDamagedArchive_RefusesOrReadsRightly()
    {
        using var folder = new TemporaryFolder();
        var bytes = GoldenFile.Bytes("mlp_adam.keras");
        var expected = Values(Model.Load(folder.Write(Name, bytes)));
        Damage.AssertTruncationsAreRefused(bytes, path => Values(Rename(path)));
        Damage.AssertFlipsAreRefusedOrHarmless(bytes, path => Assert.Equal(expected, Values(Rename(path))));

        static Model Rename(string path)
        {
            File.Move(path, path + ".keras", overwrite: true);
            return Model.Load(path + ".keras");
        }
    }

    private static void AssertRefused(Func<string, string> change, string message)
    {
        using var folder = new TemporaryFolder();
        var path = Repack(folder, (entry, bytes) => entry == "config.json" ? Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(bytes))) : bytes);
        var exception = Assert.Throws<InvalidDataException>(() => Model.Load(path));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
    }

    // A golden archive with entries that are changed, left out or added.
    private static string Repack(TemporaryFolder folder, Func<string, byte[], byte[]?> change, (string Name, string Text)? added = null, CompressionLevel level = CompressionLevel.NoCompression)
    {
        var result = new MemoryStream();
        using (var source = new ZipArchive(new MemoryStream(GoldenFile.Bytes("mlp_adam.keras"))))
        using (var target = new ZipArchive(result, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in source.Entries)
            {
                using var content = entry.Open();
                var bytes = new MemoryStream();
                content.CopyTo(bytes);
                if (change(entry.FullName, bytes.ToArray()) is { } changed) Add(target, entry.FullName, changed, level);
            }

            if (added is { } more) Add(target, more.Name, Encoding.UTF8.GetBytes(more.Text), level);
        }

        return folder.Write(Name, result.ToArray());
    }

    private static void Add(ZipArchive archive, string name, byte[] bytes, CompressionLevel level)
    {
        using var stream = archive.CreateEntry(name, level).Open();
        stream.Write(bytes);
    }

    private static LoadReport Load(string path)
    {
        _ = Model.Load(path, out var report);
        return report;
    }

    private static float[] Values(Model model) => [.. model.Weights.Concat(model.Optimizer!.Variables).SelectMany(w => w.DType == DType.Int32 ? [w.Value.ToInt32Array()[0]] : w.ToArray())];
}
