using System.Text.Json;
using System.Text.Json.Nodes;
using Descent.Cli.Measuring;
using Descent.Optimizers;

namespace Descent.Cli.Tests;

public class BenchTests
{
    private const int BadArguments = 2;
    private const int Width = 100;

    private static readonly BenchPlan Tiny = new()
    {
        Timing = new Timing(Rounds: 1, Seconds: 0) { WarmUp = 0 },
        OptimizerTiming = new Timing(Rounds: 1, Seconds: 0) { WarmUp = 0 },
        MatrixSize = 16,
        Matrices = 3,
        ProductSizes = [7],
        Networks = [new Mlp([5, 4, 3], Batch: 2)],
    };

    [Fact]
    public void Bench_Run_MeasuresEveryOptimizerOfKeras3()
    {
        var kinds = typeof(Optimizer).Assembly.GetTypes().Where(type =>
            type is { IsPublic: true, IsAbstract: false, Namespace: "Descent.Optimizers" } && type.IsSubclassOf(typeof(Optimizer))
            && !type.IsSubclassOf(typeof(WrapperOptimizer)) && type != typeof(MultiOptimizer));

        var measured = Rows(Run().Figures, "optimizers").Select(row => (string)row["name"]!);

        Assert.Equal(kinds.Select(type => type.Name).Order(StringComparer.Ordinal), measured.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("memory", "threads,gb_per_s", 2)]
    [InlineData("optimizers", "name,us,bytes,gb_per_s,pass_gb_per_s,share,disturbed", 14)]
    [InlineData("products", "size,us,gflops", 1)]
    [InlineData("training", "layers,batch,us,samples_per_s", 1)]
    public void Bench_EachPart_HasPositiveFigures(string part, string keys, int count)
    {
        var rows = Rows(Run(threads: 2).Figures, part);

        Assert.Equal(count, rows.Length);
        foreach (var row in rows)
        {
            Assert.Equal(keys.Split(','), row.Select(figure => figure.Key));
            Assert.All(row.Where(figure => figure.Value?.GetValueKind() == JsonValueKind.Number), figure => Assert.True((double)figure.Value! > 0, $"{figure}"));
        }
    }

    [Theory]
    [InlineData("SGD", 3)]
    [InlineData("Lion", 5)]
    [InlineData("Adam", 7)]
    public void Bench_BytesOfAStep_AreThoseOfGradientsWeightsAndState(string name, int arrays)
    {
        var row = Rows(Run().Figures, "optimizers").Single(row => (string)row["name"]! == name);

        const double CountersAndRates = 16 * sizeof(float);
        Assert.InRange((double)row["bytes"]!, sizeof(float) * arrays * Tiny.Parameters, sizeof(float) * arrays * Tiny.Parameters + CountersAndRates);
        Assert.Equal((double)row["bytes"]! / (double)row["us"]! / 1e3, (double)row["gb_per_s"]!, 1e-9);
    }

    [Fact]
    public void Bench_Share_IsThatOfThePassAndOnlyOfOptimizersOfOnePass()
    {
        foreach (var row in Rows(Run().Figures, "optimizers"))
        {
            var isOnePass = (string)row["name"]! is not ("Adafactor" or "Lamb" or "Muon");
            Assert.Equal(isOnePass, row["share"] is not null);
            Assert.Equal(isOnePass, row["pass_gb_per_s"] is not null);
            Assert.Equal(isOnePass && (double)row["share"]! > 1.1, (bool)row["disturbed"]!);
            if (isOnePass) Assert.Equal((double)row["gb_per_s"]! / (double)row["pass_gb_per_s"]!, (double)row["share"]!, 1e-9);
        }
    }

    [Fact]
    public void Bench_Text_HasEveryPartAndFitsTheWidth()
    {
        var lines = Run(threads: 2).Text.Split('\n');

        foreach (var start in new[] { "Memory", "  1 thread ", "  2 threads ", "Optimizer steps: 768 parameters", "  Adam ", "Matrix products", "  7 × 7 × 7 ", "Training steps", "  5-4-3, batch 2 ", "How to read it" })
            Assert.Contains(lines, line => line.StartsWith(start, StringComparison.Ordinal));
        Assert.All(lines, line => Assert.InRange(line.Length, 0, Width));
    }

    [Fact]
    public void Bench_QuickJson_PrintsFiguresAloneAndUsesTheThreads()
    {
        var result = DescentProcess.Run("bench", "--quick", "--json", "--threads", "1");

        var figures = result.Json();
        Assert.Equal(1, (int)figures["threads"]!);
        Assert.Single(Rows(figures, "memory"));
        Assert.Contains("How to read it", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Unrecognized command or argument '--quik'.", "--quik")]
    [InlineData("--threads must be a whole number from 1 to 256. Received: '0'.", "--threads", "0")]
    [InlineData("--threads must be a whole number from 1 to 256. Received: '257'.", "--threads", "257")]
    [InlineData("--threads must be a whole number from 1 to 256. Received: 'all'.", "--threads", "all")]
    [InlineData("--threads", "--threads")]
    public void Bench_BadArgument_SaysWhatItMustBe(string message, params string[] arguments) =>
        DescentProcess.Run(["bench", .. arguments]).AssertFailed(BadArguments, message);

    [Fact]
    public void ThreadsOfSetting_NotSet_AreTheProcessors() => Assert.Equal(Environment.ProcessorCount, BenchCommand.ThreadsOfSetting(null));

    [Fact]
    public void ThreadsOfSetting_BadSetting_IsAnErrorOfTheUser()
    {
        Assert.Equal(3, BenchCommand.ThreadsOfSetting("3"));
        var exception = Assert.Throws<UsageException>(() => BenchCommand.ThreadsOfSetting("many"));
        Assert.Equal("DESCENT_NUM_THREADS must be a whole number from 1 to 256. Received: 'many'.", exception.Message);
    }

    private static JsonObject[] Rows(JsonObject figures, string part) => [.. figures[part]!.AsArray().Select(row => row!.AsObject())];

    // Figures as a program reads them.
    private static (JsonObject Figures, string Text) Run(int threads = 1)
    {
        var text = new StringWriter();
        var figures = new BenchRun(Tiny, threads, text).Execute();
        return (JsonNode.Parse(figures.ToJsonString())!.AsObject(), text.ToString());
    }
}
