using System.Text.RegularExpressions;
using Descent.Optimizers;

namespace Descent.Tests;

/// <summary>The pages about optimizers show the code that is tested, and name the rows in which Descent differs.</summary>
public partial class DocsTests
{
    [Theory]
    [InlineData("CustomSGD.cs")]
    [InlineData("Signum.cs")]
    public void CustomOptimizers_CodeOnThePage_IsThatOfTheSample(string file)
    {
        var source = Read("samples/CustomOptimizer/" + file);
        Assert.Contains(source[source.IndexOf("/// <summary>", StringComparison.Ordinal)..], Read("docs/custom-optimizers.md"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(Lookahead))]
    [InlineData(typeof(SharpnessAwareMinimization))]
    [InlineData(typeof(StochasticWeightAveraging))]
    [InlineData(typeof(LossScaleOptimizer))]
    public void Wrappers_Row_HasDefaultsStateAndPapersOfTheClass(Type type)
    {
        var row = Read("docs/wrappers.md").Split('\n').Single(l => l.StartsWith($"| `{type.Name}` |", StringComparison.Ordinal)).Split('|', StringSplitOptions.TrimEntries);
        var optimizer = (Optimizer)Activator.CreateInstance(type, new SGD())!;
        var defaults = optimizer.GetConfig().Where(p => p.Key is not ("name" or "inner_optimizer"))
            .Select(p => p.Value!.ToJsonString() switch { "false" => "no", var value => value.EndsWith(".0", StringComparison.Ordinal) ? value[..^2] : value });
        Assert.Equal(defaults, row[3].Split([',', ';'], StringSplitOptions.TrimEntries));
        optimizer.Build([new Variable("w", Tensor.Zeros([100]))]);
        Assert.Equal(optimizer.Variables.Where(v => v.Shape.Rank > 0).Sum(v => 4 * v.Shape.Size) / 100, int.Parse(row[4], System.Globalization.CultureInfo.InvariantCulture));
        var source = Read($"src/Descent.Optimizers/Wrappers/{type.Name}.cs");
        Assert.All(row[5].Split('(').Where(part => part.StartsWith("http", StringComparison.Ordinal)), link => Assert.Contains($"<seealso href=\"{link.Split(')')[0]}\">", source, StringComparison.Ordinal));
    }

    [Fact]
    public void Wrappers_CodeOnThePage_Runs()
    {
        var source = Read("tests/Descent.Optimizers.Tests/DocsTests.cs");
        var blocks = Read("docs/wrappers.md").Split("\n```csharp\n").Skip(2).Select(b => b.Split("\n```")[0]).ToArray();
        Assert.Equal(2, blocks.Length); // the line before them is compiled in WrapperFitTests
        Assert.All(blocks.SelectMany(b => b.Split('\n')), line => Assert.Contains(line.Trim(), source, StringComparison.Ordinal));

        Variable[] variables = [new("sequential/embedding/table", 3f), new("sequential/head/kernel", 4f)];
        var sam = new SharpnessAwareMinimization(new SGD(learningRate: 0.1)) { Rho = 0.05 };
        for (var step = 0; step < 100; step++)
        {
            var gradients = Gradients();
            using (sam.Perturb(gradients, variables)) gradients = Gradients();
            sam.Apply(gradients, variables);
        }

        Assert.All(variables, v => Assert.InRange(v.Value.Item(), -0.05f, 0.05f));

        var optimizer = new MultiOptimizer(new OptimizerMap(defaultOptimizer: new Adam(0.01))
        {
            [".*/embedding/.*"] = new Adagrad(0.1),
            [".*/bias"] = new SGD(0.05),
            ["sequential/head/kernel"] = new SGD(0.5),
        });
        optimizer.Build(variables);
        Assert.Equal([1, 0, 1, 0], optimizer.Optimizers.Select(o => o.TrainableVariables.Count));

        Tensor?[] Gradients() => [.. variables.Select(v => v.Value)];
    }

    [Fact]
    public void KerasDifferences_OfTheTests_AreOnThePage()
    {
        var page = Read("docs/keras-differences.md");
        Assert.All(ErrorTests.DifferentRows, id => Assert.Contains($"`{id}`", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Tables_OfThePages_HaveRowsAsWideAsTheirHeads()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Golden.Root, "docs"), "*.md"))
        {
            var (width, inTable) = (0, false);
            foreach (var line in File.ReadLines(file))
            {
                var cells = Code().Replace(line, "").Count(c => c == '|');
                if (!line.StartsWith('|')) inTable = false;
                else if (!inTable) (width, inTable) = (cells, true);
                else Assert.True(cells == width, $"{Path.GetFileName(file)}: {line}");
            }
        }
    }

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Code();

    private static string Read(string path) => File.ReadAllText(Path.Combine(Golden.Root, path));
}
