using System.Diagnostics;
using Descent.Layers;
using Descent.Tests.Data;

namespace Descent.Tests.Saving;

public class DamagedWeightsTests
{
    private const string Name = "m.weights.h5";

    [Fact]
    public void LoadWeights_OfDamagedFile_RefusesOrReadsRightly()
    {
        using var folder = new TemporaryFolder();
        var saved = Make();
        saved.SaveWeights(folder[Name]);
        var bytes = File.ReadAllBytes(folder[Name]);
        Damage.AssertTruncationsAreRefused(bytes, path => Load(path));
        Damage.AssertFlipsAreRefusedOrHarmless(bytes, path => Assert.Equal(Values(saved), Load(path)));

        float[] Load(string path)
        {
            var model = Make();
            var before = Values(model);
            File.Move(path, path + "." + Name, overwrite: true);
            try
            {
                // A flip in the name of the attribute leaves a tensor without a checksum.
                return model.LoadWeights(path + "." + Name).Notes.Count == 0 ? Values(model) : Values(saved);
            }
            catch (InvalidDataException)
            {
                Assert.Equal(before, Values(model));
                throw;
            }
        }
    }

    [Fact]
    public void LoadWeights_OfFlippedElement_NamesTheTensorAndItsChecksum()
    {
        using var folder = new TemporaryFolder();
        var saved = Make();
        saved.SaveWeights(folder[Name]);
        var bytes = File.ReadAllBytes(folder[Name]);
        var element = BitConverter.GetBytes(saved.Weights[2].ToArray()[1]);
        bytes[bytes.AsSpan().IndexOf(element) + 3] ^= 1;
        var exception = Assert.Throws<InvalidDataException>(() => Make().LoadWeights(folder.Write(Name, bytes)));
        Assert.Contains("'layers/dense_1/vars/0' must have the checksum", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Save_OntoAFullDisk_LeavesTheOldFile()
    {
        if (!OperatingSystem.IsLinux()) return; // nowhere else is a small disk made by one command
        using var folder = new TemporaryFolder();
        using var disk = new SmallDisk(folder.Root);
        if (!disk.IsThere) return; // only who may mount can have one
        var model = Make();
        model.Save(folder["m.keras"]);
        var before = File.ReadAllBytes(folder["m.keras"]);
        var large = new Sequential([new Dense(300) { InputShape = [300] }]);
        Assert.ThrowsAny<IOException>(() => large.Save(folder["m.keras"]));
        Assert.Equal(before, File.ReadAllBytes(folder["m.keras"]));
        Assert.Single(Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void Save_IntoAFolderThatIsMissing_NamesIt()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("missing", Assert.Throws<DirectoryNotFoundException>(() => Make().Save(folder["missing/m.keras"])).Message, StringComparison.Ordinal);
    }

    private static Sequential Make() => new([new Dense(3, "relu") { InputShape = [2] }, new Dense(2) { BiasInitializer = "random_normal" }]);

    private static float[] Values(Model model) => [.. model.Weights.SelectMany(w => w.ToArray())];

    /// <summary>A disk of 128 KB in place of a folder, if there may be one.</summary>
    private sealed class SmallDisk(string folder) : IDisposable
    {
        public bool IsThere { get; } = Run("mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", folder);

        public void Dispose()
        {
            if (IsThere) Run("umount", folder);
        }

        private static bool Run(string command, params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
    }
}
