using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Descent.Optimizers;

namespace Descent.Tests;

/// <summary>docs/optimizers.md says what the code does.</summary>
public partial class OptimizersPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Golden.Root, "docs/optimizers.md"));

    // The cells of the table: name, formula, defaults of the three generations, state, use, paper.
    private static readonly string[][] Rows = [.. Page.Split('\n').SkipWhile(l => !l.StartsWith("|---", StringComparison.Ordinal)).Skip(1)
        .TakeWhile(l => l.StartsWith('|')).Select(l => l.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries))];

    public static TheoryData<string> Names() => [.. Rows.Select(r => r[0])];

    [Fact]
    public void Table_Rows_AreTheOptimizersThereAre()
    {
        var names = Kinds.Names.Where(k => Kinds.HasKeras3Options(k) && !k.Contains(' ', StringComparison.Ordinal)).Except(["CustomSGD", "Signum"]);
        Assert.Equal(names.Order(StringComparer.Ordinal), Rows.Select(r => r[0]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Formula_Evaluated_GivesTheStepsOfTheOptimizer(string name)
    {
        var optimizer = Optimizer.Get(name);
        var json = optimizer.Serialize();
        var config = json["config"]!.AsObject();
        if (name == "SGD") config["momentum"] = 0.9;
        optimizer = Optimizer.Deserialize(json);
        var w = new Variable("w", Tensor.Full(name == "Muon" ? [1, 1] : Shape.Scalar, 0.7f));
        var names = new Dictionary<string, double>
        {
            ["w"] = 0.7f,
            ["lr"] = optimizer.LearningRate,
            ["p"] = 1,
            ["z"] = name == "ScheduleFreeAdamW" ? 0.7f : 0,
            ["rows"] = 1,
            ["columns"] = 1,
        };
        foreach (var letter in "amuvn") names[letter.ToString()] = 0;
        foreach (var (key, value) in config)
            if (value?.GetValueKind() == JsonValueKind.Number) names[key] = Number(value);
        if (names.TryGetValue("initial_accumulator_value", out var first)) names["a"] = names["n"] = first;
        for (var step = 1; step <= 19; step++)
        {
            var gradient = MathF.Sin(step * 1.7f);
            names["t"] = step;
            names["g"] = gradient;
            new Formula(Cell(name, 1).Trim('`'), names).Run();
            optimizer.Apply([Tensor.Full(w.Shape, gradient)], [w]);
            Assert.Equal(names["w"], w.ToArray()[0], 2e-5);
        }

        Assert.NotEqual(0.7f, w.ToArray()[0]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Defaults_AreThoseOfADefaultInstance(string name)
    {
        var own = new SGD().GetConfig().Select(p => p.Key).Except(["momentum", "nesterov", "learning_rate"]).ToHashSet();
        if (name is "AdamW" or "Muon") own.Remove("weight_decay");
        AssertDefaults(Cell(name, 2), Optimizer.Get(name).GetConfig().Where(p => !own.Contains(p.Key)));
        AssertOldDefaults(Cell(name, 3), name, KerasVersion.Keras2);
        AssertOldDefaults(Cell(name, 4), name, KerasVersion.Keras1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void State_IsWhatADefaultInstanceHolds(string name)
    {
        var w = new Variable("dense/kernel", Tensor.Zeros([64, 64]));
        var optimizer = Optimizer.Get(name);
        optimizer.Build([w]);
        var bytes = optimizer.Variables.Where(v => v.Shape.Rank > 0).Sum(v => 4 * v.Shape.Size) / w.Shape.Size;
        var text = Cell(name, 5);
        Assert.Equal(bytes, name == "SGD" ? int.Parse(text[^1..], CultureInfo.InvariantCulture) : int.Parse(text.Split(' ', ';')[0], CultureInfo.InvariantCulture));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Papers_AreThoseOfTheClass(string name)
    {
        var source = File.ReadAllText(Path.Combine(Golden.Root, $"src/Descent.Optimizers/{name}.cs"));
        var links = Links().Matches(Cell(name, 7)).Select(m => m.Groups[1].Value).ToArray();
        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.Contains($"<seealso href=\"{link}\">", source, StringComparison.Ordinal));
        Assert.NotEmpty(Cell(name, 6));
    }

    [Fact]
    public void Groups_CodeOnThePage_PrintsWhatThePageSays()
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        Console(output);
        var source = File.ReadAllText(Path.Combine(Golden.Root, "tests/Descent.Optimizers.Tests/OptimizersPageTests.cs"));
        Assert.All(Block(0).Split('\n'), line => Assert.Contains(line.Trim(), source, StringComparison.Ordinal));
        Assert.Equal(Block(1), output.ToString().Trim().ReplaceLineEndings("\n"));

        static void Console(TextWriter Console)
        {
            var adam = new AdamW(learningRate: 0.01)
            {
                ParameterGroups =
                [
                    new("(^|/)encoder/") { LearningRateMultiplier = 0.1, GlobalClipNorm = 1.0 },
                    new("/bias$") { WeightDecay = 0 },
                    new("(^|/)embedding/") { Frozen = true },
                ],
            };
            string[] paths = ["sequential/encoder/kernel", "sequential/head/kernel", "sequential/head/bias", "sequential/embedding/table"];
            Variable[] variables = [.. paths.Select(path => new Variable(path, Tensor.From([1f, 1f])))];
            adam.Apply([.. variables.Select(_ => Tensor.From([1f, 1f]))], variables);
            foreach (var v in variables) Console.WriteLine($"{v.Path} {v.ToArray()[0]:0.00000}");
        }
    }

    private static string Cell(string name, int column) => Rows.Single(r => r[0] == name)[column];

    private static void AssertOldDefaults(string cell, string name, KerasVersion version)
    {
        if (cell == "–") Assert.Throws<ArgumentException>(() => Optimizer.Get(name, version));
        else AssertDefaults(cell, Optimizer.Get(name, version).GetConfig());
    }

    private static void AssertDefaults(string cell, IEnumerable<KeyValuePair<string, JsonNode?>> config)
    {
        var numbers = config.Where(p => p.Value?.GetValueKind() == JsonValueKind.Number).ToDictionary(p => p.Key, p => Number(p.Value!));
        var written = Defaults().Matches(cell).ToDictionary(m => m.Groups[1].Value, m => double.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture));
        Assert.Equal(numbers.Keys.Order(StringComparer.Ordinal), written.Keys.Order(StringComparer.Ordinal));
        Assert.All(numbers, p => Assert.Equal((float)p.Value, (float)written[p.Key]));
    }

    private static double Number(JsonNode value) => double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);

    // The code blocks of the page, in their order.
    private static string Block(int index) => Page.Split("\n```")[2 * index + 1].Split('\n', 2)[1];

    [GeneratedRegex(@"\]\((http[^)]*)\)")]
    private static partial Regex Links();

    [GeneratedRegex(@"`(\w+)` (-?[\d.e-]+)")]
    private static partial Regex Defaults();
}
