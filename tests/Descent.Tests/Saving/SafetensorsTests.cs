using System.Text;
using Descent.Layers;
using Descent.Tests.Data;

namespace Descent.Tests.Saving;

public class SafetensorsTests
{
    private const string Name = "m.safetensors";

    [Fact]
    public void SaveWeights_ThenLoadWeights_GivesTheSameValues()
    {
        using var folder = new TemporaryFolder();
        var (saved, other) = (MakeModel(), MakeModel());
        saved.SaveWeights(folder[Name]);
        var report = other.LoadWeights(folder[Name]);
        Assert.True(report.IsComplete);
        Assert.Empty(report.Notes);
        Assert.Equal(saved.Weights.Select(w => w.Path), report.Matched);
        Assert.Equal(saved.Weights.SelectMany(w => w.ToArray()), other.Weights.SelectMany(w => w.ToArray()));
    }

    [Fact]
    public void LoadWeights_OfFileWrittenByHand_ReadsHalvesAndDoubles()
    {
        // As the specification has it: length, header, elements.
        const string Header = """{"dense/bias":{"dtype":"F16","shape":[2],"data_offsets":[32,36]},"dense/kernel":{"dtype":"F64","shape":[2,2],"data_offsets":[0,32]}}""";
        byte[] bytes =
        [
            .. BitConverter.GetBytes((long)Header.Length), .. Encoding.UTF8.GetBytes(Header),
            .. new double[] { 1, 2, 3, 4 }.SelectMany(BitConverter.GetBytes), .. new[] { (Half)0.5, (Half)(-2) }.SelectMany(BitConverter.GetBytes),
        ];
        using var folder = new TemporaryFolder();
        var model = new Sequential([new Dense(2) { InputShape = [2] }]);
        var report = model.LoadWeights(folder.Write(Name, bytes));
        Assert.Equal([1, 2, 3, 4], model.Weights[0].ToArray());
        Assert.Equal([0.5f, -2], model.Weights[1].ToArray());
        Assert.Equal(["2 of 2 tensors have no checksum"], report.Notes);
    }

    [Fact]
    public void LoadWeights_OfBFloat16_IsExact()
    {
        const string Header = """{"dense/bias":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"dense/kernel":{"dtype":"BF16","shape":[1,2],"data_offsets":[4,8]}}""";
        float[] values = [1.5f, -0f, float.PositiveInfinity, -3.3895314e38f]; // the last is the largest there is
        using var folder = new TemporaryFolder();
        var path = folder.Write(Name, [.. BitConverter.GetBytes((long)Header.Length), .. Encoding.UTF8.GetBytes(Header), .. values.SelectMany(v => BitConverter.GetBytes(v)[2..])]);
        var model = new Sequential([new Dense(2) { InputShape = [1] }]);
        Assert.True(model.LoadWeights(path).IsComplete);
        Assert.Equal(values[..2].Select(BitConverter.SingleToInt32Bits), model.Weights[1].ToArray().Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(values[2..], model.Weights[0].ToArray());
    }

    [Fact]
    public void LoadWeights_OfTooFewBytesForTheShape_Refuses()
    {
        const string Header = """{"dense/bias":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"dense/kernel":{"dtype":"BF16","shape":[1,2],"data_offsets":[4,6]}}""";
        using var folder = new TemporaryFolder();
        var path = folder.Write(Name, [.. BitConverter.GetBytes((long)Header.Length), .. Encoding.UTF8.GetBytes(Header), .. new byte[6]]);
        Assert.Throws<InvalidDataException>(() => new Sequential([new Dense(2) { InputShape = [1] }]).LoadWeights(path));
    }

    [Theory]
    [InlineData("[0,8],[4,12]")] // overlap
    [InlineData("[0,8],[12,20]")] // gap
    [InlineData("[0,8],[8,24]")] // beyond the end
    [InlineData("[8,0],[0,8]")] // backwards
    [InlineData("[0,8],[-8,0]")] // before the beginning
    public void LoadWeights_OfBadOffsets_Refuses(string offsets)
    {
        var both = offsets.Split("],[").Select(o => $"[{o.Trim('[', ']')}]").ToArray();
        var header = $$$"""{"dense/bias":{"dtype":"F32","shape":[2],"data_offsets":{{{both[0]}}}},"dense/kernel":{"dtype":"F32","shape":[2],"data_offsets":{{{both[1]}}}}}""";
        using var folder = new TemporaryFolder();
        var path = folder.Write(Name, [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), .. new byte[16]]);
        Assert.Contains(path, Assert.Throws<InvalidDataException>(() => MakeModel().LoadWeights(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LoadWeights_OfDamagedFile_RefusesOrReadsRightly()
    {
        using var folder = new TemporaryFolder();
        var saved = MakeModel();
        saved.SaveWeights(folder[Name]);
        var bytes = File.ReadAllBytes(folder[Name]);
        Damage.AssertTruncationsAreRefused(bytes, path => Load(path));
        Damage.AssertFlipsAreRefusedOrHarmless(bytes, path => Assert.Equal(saved.Weights.SelectMany(w => w.ToArray()), Load(path)));

        IEnumerable<float> Load(string path)
        {
            var model = MakeModel();
            File.Move(path, path + ".safetensors", overwrite: true);
            var report = model.LoadWeights(path + ".safetensors");

            // A flip in the name of a checksum leaves a tensor without one, and nothing else is noted.
            if (report.Notes.Count > 0) Assert.Equal([$"1 of {model.Weights.Count} tensors have no checksum"], report.Notes);
            return model.Weights.SelectMany(w => w.ToArray());
        }
    }

    private static Sequential MakeModel() => new([new Dense(3, "relu") { InputShape = [2] }, new BatchNormalization(), new Dense(2)]);
}
