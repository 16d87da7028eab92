using Descent.Data;
using Descent.Layers;
using Descent.Optimizers;
using Descent.Saving;
using Descent.Tests.Data;

namespace Descent.Tests.Saving;

public class DamagedWeightsTests
{
    private const string Name = "m.weights.h5";

    [Fact]
    public void LoadWeights_OfDamagedFile_RefusesOrReadsRightly()
    {
        using var folder = new TemporaryFolder();
        var saved = MakeTrained();
        saved.SaveWeights(folder[Name]);
        var bytes = File.ReadAllBytes(folder[Name]);
        Damage.AssertTruncationsAreRefused(bytes, path => Load(path));
        Damage.AssertFlipsAreRefusedOrHarmless(bytes, path => Assert.Equal(State(saved), Load(path)));

        int[] Load(string path)
        {
            var model = MakeTrained();
            var before = State(model);
            File.Move(path, path + "." + Name, overwrite: true);
            try
            {
                AssertNothingElseIsNoted(model.LoadWeights(path + "." + Name, new LoadOptions { IncludeOptimizer = true }));
                return State(model);
            }
            catch (InvalidDataException)
            {
                Assert.Equal(before, State(model));
                throw;
            }
        }
    }

    [Fact]
    public void Load_OfDamagedH5_RefusesOrReadsRightly()
    {
        using var folder = new TemporaryFolder();
        var saved = MakeTrained();
        saved.Save(folder["m.h5"]);
        var bytes = File.ReadAllBytes(folder["m.h5"]);
        var config = saved.ToJson();
        Damage.AssertTruncationsAreRefused(bytes, path => Load(path));
        Damage.AssertFlipsAreRefusedOrHarmless(bytes, path =>
        {
            var model = Load(path);
            Assert.Equal(State(saved), State(model));
            Assert.Equal(config, model.ToJson());
        });

        Model Load(string path)
        {
            File.Move(path, path + ".h5", overwrite: true);
            var model = Model.Load(path + ".h5", out var report);
            AssertNothingElseIsNoted(report);
            return model;
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

    [Theory]
    [InlineData("m.keras")]
    [InlineData("m.h5")]
    [InlineData("m.weights.h5")]
    [InlineData("m.safetensors")]
    [InlineData("m.npz")]
    public void Save_WhereTheDiskFillsUpAtAnyPoint_LeavesTheOldFile(string name)
    {
        using var folder = new TemporaryFolder();
        byte[] before = [1, 2, 3];
        folder.Write(name, before);
        var model = MakeTrained();
        var isModel = name is "m.keras" or "m.h5";
        var format = isModel ? FileFormat.OfModel(name) : FileFormat.OfNewWeights(name);
        var calls = 0;
        for (; !TrySave(calls); calls++)
        {
            Assert.Equal(before, File.ReadAllBytes(folder[name]));
            Assert.Single(Directory.GetFileSystemEntries(folder.Root));
        }

        Assert.True(calls > 5);
        var loaded = MakeTrained();
        Assert.True(loaded.LoadWeights(folder[name]).IsComplete);
        Assert.Equal(State(model)[..Weights], State(loaded)[..Weights]);

        bool TrySave(int successes)
        {
            var disk = new FullDisk(successes);
            var exception = Record.Exception(() => WholeFile.Write(folder[name], file =>
            {
                disk.File = file;
                if (isModel) format.Save(disk, model, includeOptimizer: true);
                else format.SaveWeights(disk, model);
            }));
            if (exception is not null) Assert.Same(disk.Error, exception);
            return exception is null;
        }
    }

    [Fact]
    public void Save_IntoAFolderThatIsMissing_NamesIt()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("missing", Assert.Throws<DirectoryNotFoundException>(() => Make().Save(folder["missing/m.keras"])).Message, StringComparison.Ordinal);
    }

    // The weights come first in State.
    private const int Weights = 3 * 2 + 3 + 2 * 3 + 2;

    private static Sequential Make() => new([new Dense(3, "relu") { InputShape = [2] }, new Dense(2) { BiasInitializer = "random_normal" }]);

    // Of all of whose state Keras saves a part.
    private static Sequential MakeTrained()
    {
        var model = Make();
        model.Compile(new LossScaleOptimizer(new Nadam()), "mse");
        model.TrainOnBatch(Tensor.From([1f, 2, 3, 4], [2, 2]), Tensor.Ones([2, 2]));
        return model;
    }

    private static int[] State(Model model) => [.. model.Weights.Concat(model.Optimizer!.Variables).SelectMany(w => w.View.Cells.ToArray()).Select(BitConverter.SingleToInt32Bits)];

    // A flip in a name hides a checksum, or what Keras does not save.
    private static void AssertNothingElseIsNoted(LoadReport report)
    {
        Assert.True(report.IsComplete);
        if (report.Notes.Count > 0) Assert.Matches("^(1 of 19 tensors have no checksum|the architecture has no checksum|1 of the optimizer's variables, which Keras does not save, follow from the others)$", Assert.Single(report.Notes));
    }

    /// <summary>A file on a disk that is full after some calls.</summary>
    private sealed class FullDisk(int successes) : Stream
    {
        private int _calls;

        public Stream File { get; set; } = Null;

        public IOException Error { get; } = new("No space left on device");

        public override bool CanRead => false;

        public override bool CanSeek => File.CanSeek;

        public override bool CanWrite => true;

        public override long Length => File.Length;

        public override long Position { get => File.Position; set => File.Position = value; }

        public override void Flush()
        {
            Count();
            File.Flush();
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Count();
            File.Write(buffer);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => File.Seek(offset, origin);

        public override void SetLength(long value) => File.SetLength(value);

        // Full from then on, as disks are.
        private void Count()
        {
            if (_calls++ >= successes) throw Error;
        }
    }
}
