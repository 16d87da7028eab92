using System.Globalization;
using System.Text.RegularExpressions;
using Descent.Data;
using Descent.Tests.Data;
using Descent.Tests.Monitoring;

namespace Descent.Tests;

/// <summary>The samples print what <c>samples/README.md</c> says.</summary>
[Collection(nameof(Training.ThreadsTests))]
public partial class SamplesTests
{
    private const string Page = "samples/README.md";

    [Theory]
    [InlineData("Convolution")]
    [InlineData("Sequences")]
    [InlineData("Autoencoder")]
    [InlineData("TwoInputsTwoOutputs")]
    [InlineData("CustomTraining")]
    [InlineData("Meters")]
    public void Sample_Run_PrintsWhatThePageSays(string sample) => AssertPrints(sample);

    [Fact]
    public void Saving_Run_PrintsWhatThePageSays()
    {
        using var folder = new TemporaryFolder();
        AssertPrints("Saving", folder.Root);
        Assert.Equal(["digits.02.weights.h5", "digits.03.weights.h5", "digits.keras"], Directory.GetFileSystemEntries(folder.Root).Select(f => Path.GetFileName(f)).Order());
    }

    [Fact]
    public void DataParallel_Run_PrintsWhatThePageSays()
    {
        using var folder = new TemporaryFolder();
        AssertPrints("DataParallel", Path.Combine(folder.Root, "training"));
    }

    [Fact]
    public void CharacterTransformer_Run_LearnsAndWritesTheSameEachTime()
    {
        string[] args = [Path.Combine(Golden.Root, "samples/CharacterTransformer/coriolanus.txt"), "20"];
        var printed = Samples.Run("CharacterTransformer", args);
        var losses = ValidationLoss().Matches(printed).Select(m => double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(5, losses.Length);
        Assert.True(losses[^1] < losses[0] - 0.1, string.Join(" ", losses));

        var lastLine = printed.LastIndexOf("val_loss", StringComparison.Ordinal);
        var written = printed[(printed.IndexOf('\n', lastLine) + 1)..^1];
        Assert.Equal(501, written.Length);
        Assert.Equal(501, CharacterVocabulary.Of(TextFile.Read(args[0])).Encode(written).Length);
        Assert.EndsWith(written + "\n", Samples.Run("CharacterTransformer", args), StringComparison.Ordinal);
    }

    [Fact]
    public void Convolution_Optdigits_ReadsAtLeast98OfAHundred()
    {
        if (SharedData.Find("optdigits-train.csv") is not { } train || SharedData.Find("optdigits-test.csv") is not { } test) return;
        var printed = Samples.Run("Convolution", train, test).TrimEnd();
        Assert.InRange(double.Parse(printed[(printed.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture), 0.98, 1);
    }

    [Fact]
    public void Meters_GivenACollector_SendsMeasurementsAndSpans()
    {
        using var collector = new Collector();
        Samples.Run("Meters", collector.Address);
        Assert.All(["descent.training.steps", "descent.training.gradient_norm", "digits"], name => Assert.Contains(name, collector.Posted["/v1/metrics"], StringComparison.Ordinal));
        Assert.All(["fit", "epoch", "evaluation", "descent.logs.val_loss"], name => Assert.Contains(name, collector.Posted["/v1/traces"], StringComparison.Ordinal));
    }

    private static void AssertPrints(string sample, params string[] args)
    {
        var printed = Samples.Run(sample, args).TrimEnd().Split('\n');
        var (next, mayPass) = (0, false);
        foreach (var line in Samples.OutputOnPage(Page, sample).TrimEnd().Split('\n'))
        {
            if (line == "…")
            {
                mayPass = true;
                continue;
            }

            var found = mayPass ? Array.FindIndex(printed, next, p => IsAlike(line, p)) : next < printed.Length && IsAlike(line, printed[next]) ? next : -1;
            Assert.True(found >= 0, $"The page has\n{line}\nThe sample printed\n{string.Join('\n', printed[next..])}");
            (next, mayPass) = (found + 1, false);
        }

        Assert.True(mayPass || next == printed.Length);
    }

    // Times are those of a machine, and so are the last digits of what was learned: products depend on the width of its vectors. A picture is what it looks like.
    private static bool IsAlike(string expected, string printed)
    {
        if (!expected.Any(char.IsLetterOrDigit)) return !printed.Any(char.IsLetterOrDigit);
        (expected, printed) = (Times().Replace(expected, ""), Times().Replace(printed, ""));
        return Fraction().Replace(expected, "0.0") == Fraction().Replace(printed, "0.0")
            && Fraction().Matches(expected).Zip(Fraction().Matches(printed)).All(pair =>
            {
                var (e, p) = (double.Parse(pair.First.Value, CultureInfo.InvariantCulture), double.Parse(pair.Second.Value, CultureInfo.InvariantCulture));
                return Math.Abs(e - p) <= 0.02 + 0.05 * Math.Abs(e);
            });
    }

    [GeneratedRegex(@"\d+s \d+[mu]?s/step")]
    private static partial Regex Times();

    [GeneratedRegex(@"\d+\.\d+")]
    private static partial Regex Fraction();

    [GeneratedRegex(@"val_loss: (\d+\.\d+)")]
    private static partial Regex ValidationLoss();
}
