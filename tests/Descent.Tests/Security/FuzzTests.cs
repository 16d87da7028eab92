using System.Diagnostics;
using System.Globalization;
using Descent.Layers;
using Descent.Optimizers;
using Descent.Tests.Data;
using Xunit.Abstractions;

namespace Descent.Tests.Security;

/// <summary>Damaged files of every kind that is read: each is read or refused as <see cref="InvalidDataException"/>, within bounds, and a model that was loaded into is as it was.</summary>
public class FuzzTests(ITestOutputHelper output)
{
    private const int Seed = 20261121;
    private const int Inputs = 20_000;
    private const string MoreInputs = "DESCENT_FUZZ"; // how many instead, for a longer run

    // What loading a model of a few bytes may take, and what it is made of.
    private const long MostAllocated = 400L << 20;

    [Fact]
    public void Files_CutOffAnywhere_AreRefused()
    {
        using var run = new Run();
        foreach (var specimen in run.Specimens.Where(s => s.Bytes.Length is > 0 and < 20_000).DistinctBy(s => s.File).DistinctBy(s => s.Bytes))
        {
            var name = specimen.File;
            for (var length = 0; length < specimen.Bytes.Length; length++)
            {
                Assert.True(run.Refuses(specimen, specimen.Bytes[..length], $"{name}, the first {length} bytes"), $"{name} was read with {length} of {specimen.Bytes.Length} bytes");
            }
        }
    }

    [Fact]
    public void Files_Damaged_AreReadOrRefusedWithinBounds()
    {
        var inputs = int.TryParse(Environment.GetEnvironmentVariable(MoreInputs), CultureInfo.InvariantCulture, out var more) ? more : Inputs;
        using var run = new Run();
        var random = new Random(Seed);
        var counts = new SortedDictionary<string, (int Refused, int All, TimeSpan Longest)>(StringComparer.Ordinal);
        var specimens = run.Specimens.GroupBy(s => s.File).Select(g => g.ToArray()).ToArray();
        for (var i = 0; i < inputs; i++)
        {
            // As many of each kind, whatever there are of a kind.
            var kind = specimens[i % specimens.Length];
            var specimen = kind[random.Next(kind.Length)];
            var others = specimens[random.Next(specimens.Length)];
            var bytes = specimen.Damage(specimen.Bytes, others[0].Bytes, random);
            var started = Stopwatch.GetTimestamp();
            var refused = run.Refuses(specimen, bytes, $"input {i} of seed {Seed}, {specimen.File}");
            var (before, all, longest) = counts.GetValueOrDefault(specimen.File);
            var time = Stopwatch.GetElapsedTime(started);
            counts[specimen.File] = (before + (refused ? 1 : 0), all + 1, time > longest ? time : longest);
        }

        foreach (var (file, (refused, all, longest)) in counts) output.WriteLine($"{file}: {refused} of {all} refused, {longest.TotalMilliseconds:F0} ms at most");
        Assert.All(counts, c => Assert.True(c.Value.Refused > 0, $"{c.Key}: the damage does not reach what is checked"));
        Assert.True(counts.Sum(c => c.Value.All - c.Value.Refused) > inputs / 20, "nothing gets past the first check");
    }

    /// <summary>A folder, a model, and what is read into it.</summary>
    private sealed class Run : IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly Sequential _model = new([new Dense(3, "tanh") { InputShape = [2] }, new BatchNormalization(), new Dense(1)]);
        private readonly float[][] _before;

        public Run()
        {
            _model.Compile(new Adam(), "mse");
            _model.Fit(Tensor.Ones([4, 2]), Tensor.Ones([4, 1]), epochs: 1, verbose: 0);
            _before = [.. Variables.Select(v => v.View.Cells.ToArray())];
            Specimens = [.. Specimen.All(_folder, _model)];
        }

        public Specimen[] Specimens { get; }

        private IEnumerable<Variable> Variables => [.. _model.Weights, .. _model.Optimizer!.Variables];

        /// <summary>Whether a content is refused.</summary>
        public bool Refuses(Specimen specimen, byte[] bytes, string what)
        {
            var path = _folder.Write(specimen.File, bytes);
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            InvalidDataException? refused = null;
            try
            {
                specimen.Read(path);
            }
            catch (InvalidDataException e)
            {
                refused = e;
            }
            catch (Exception e)
            {
                Assert.Fail($"{what}: {e}");
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            Assert.True(allocated < MostAllocated, $"{what}: {allocated} bytes for a file of {bytes.Length}");
            File.Delete(path);
            Assert.True(!Directory.EnumerateFileSystemEntries(_folder.Root).Any(), $"{what}: a file was written");
            if (refused is null) Restore();
            else Assert.True(Variables.Zip(_before, (v, b) => v.View.Cells.SequenceEqual(b)).All(same => same), $"{what}: the model was changed, and then: {refused.Message}");
            return refused is not null;
        }

        public void Dispose() => _folder.Dispose();

        private void Restore()
        {
            foreach (var (variable, before) in Variables.Zip(_before)) before.CopyTo(variable.Write());
        }
    }
}
