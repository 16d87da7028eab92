using Descent.Layers;
using Descent.Saving;
using Descent.Tests.Data;

namespace Descent.Tests.Saving;

/// <summary>Files are read straight into the variables, all or none of them.</summary>
public class LoadingMemoryTests
{
    private const int Width = 1000;
    private const long Bytes = 2 * sizeof(float) * (Width + 1) * Width;

    [Theory]
    [InlineData("m.keras")]
    [InlineData("m.h5")]
    [InlineData("m.weights.h5")]
    [InlineData("m.safetensors")]
    [InlineData("m.npz")]
    public void LoadWeights_OfEachFormat_KeepsNeitherOldNorNewValuesBeside(string name)
    {
        using var folder = new TemporaryFolder();
        var model = Make();
        if (name is "m.keras" or "m.h5") model.Save(folder[name]);
        else model.SaveWeights(folder[name]);
        var expected = model.Weights.Select(w => w.ToArray()).ToArray();
        foreach (var weight in model.Weights) weight.Assign(Tensor.Zeros(weight.Shape));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var report = model.LoadWeights(folder[name]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Bytes / 4);
        Assert.Equal(4, report.Matched.Count);
        Assert.Equal(expected, model.Weights.Select(w => w.ToArray()));
    }

    [Theory]
    [InlineData("m.keras")]
    [InlineData("m.weights.h5")]
    [InlineData("m.safetensors")]
    [InlineData("m.npz")]
    public void Save_OfEachFormat_MakesNoCopy(string name)
    {
        using var folder = new TemporaryFolder();
        var model = Make();
        var before = GC.GetAllocatedBytesForCurrentThread();
        if (name == "m.keras") model.Save(folder[name]);
        else model.SaveWeights(folder[name]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Bytes / 4);
    }

    [Fact]
    public void VerifyAndRead_OfADamagedPart_ChangesNothing()
    {
        var (first, second) = (new Variable("a", 1f), new Variable("b", 1f));
        var match = StateMatch.InOrder([first, second], [new Stored("a"), new Stored("b", isDamaged: true)], new LoadReport("'m'"));
        Assert.Throws<InvalidDataException>(() => match.VerifyAndRead());
        Assert.Equal((1, 1), (first.Value.Item(), second.Value.Item()));
    }

    [Fact]
    public void VerifyAndRead_WhereTheDiskFailsAfterwards_SaysWhatHasBeenRead()
    {
        var (first, second) = (new Variable("a", 1f), new Variable("b", 1f));
        var match = StateMatch.InOrder([first, second], [new Stored("a"), new Stored("b", failsAfterwards: true)], new LoadReport("'m'"));
        var message = Assert.Throws<IOException>(() => match.VerifyAndRead()).Message;
        Assert.Contains("could not be read again at 'b': 1 of 2 variables have their new values", message, StringComparison.Ordinal);
        Assert.Equal((7, 1), (first.Value.Item(), second.Value.Item()));
    }

    private static Sequential Make() => new([new Dense(Width) { InputShape = [Width] }, new Dense(Width)]);

    private sealed class Stored(string place, bool isDamaged = false, bool failsAfterwards = false) : StoredTensor(place, place)
    {
        private int _reads;

        public override IReadOnlyList<long> Dimensions => [];

        public override string Type => "float32";

        public override bool IsChecked => true;

        public override bool Fits(DType type) => true;

        public override void Read(Variable target)
        {
            if (isDamaged) throw new InvalidDataException("Damaged.");
            if (failsAfterwards && _reads++ > 0) throw new IOException("The disk is gone.");
            target.Assign(Tensor.From([7f], []));
        }
    }
}
