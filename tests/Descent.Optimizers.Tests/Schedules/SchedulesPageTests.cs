using System.Text.Json;
using System.Text.Json.Nodes;
using Descent.Optimizers.Schedules;

namespace Descent.Tests.Schedules;

/// <summary>docs/schedules.md says what the code does.</summary>
public class SchedulesPageTests
{
    // The cells of the table: name, rate, use.
    private static readonly string[][] Rows = [.. File.ReadLines(Path.Combine(Golden.Root, "docs/schedules.md"))
        .SkipWhile(l => !l.StartsWith("|---", StringComparison.Ordinal)).Skip(1).TakeWhile(l => l.StartsWith('|'))
        .Select(l => l.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries))];

    private static readonly LearningRateSchedule[] Examples =
    [
        new ExponentialDecay(0.5, 30, 0.9),
        new InverseTimeDecay(0.5, 30, 0.75),
        new PolynomialDecay(0.5, 30) { EndLearningRate = 0.125, Power = 2 },
        new CosineDecay(0.5, 30) { Alpha = 0.25 },
        new CosineDecayRestarts(0.5, 16) { Alpha = 0.25, MMul = 0.5, TMul = 1 },
        new Constant(0.25),
        new OneCycle(0.5, 30),
        new WarmupStableDecay(0.5, 4, 5, 6) { Alpha = 0.25 },
    ];

    // Those whose rate is an expression; the others are made of arrays and schedules.
    public static TheoryData<string> Formulas() => [.. Rows.Where(r => r[1].Contains("rate = ", StringComparison.Ordinal)).Select(r => r[0])];

    [Fact]
    public void Table_Rows_AreTheSchedulesThereAre() => Assert.Equal(
        typeof(LearningRateSchedule).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(LearningRateSchedule))).Select(t => t.Name).Order(StringComparer.Ordinal),
        Rows.Select(r => r[0]).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Formulas))]
    public void Formula_Evaluated_GivesTheRatesOfTheSchedule(string name)
    {
        LearningRateSchedule schedule = Examples.Single(s => s.GetType().Name == name);
        string formula = Rows.Single(r => r[0] == name)[1].Split('`')[1];
        var names = new Dictionary<string, double> { ["pi"] = Math.PI };
        foreach ((string key, JsonNode? value) in JsonNode.Parse(schedule.GetConfig().ToJsonString())!.AsObject())
            if (value?.GetValueKind() == JsonValueKind.Number) names[key] = Golden.Number(value);
        for (int step = 0; step < 60; step++)
        {
            names["step"] = step;
            new Formula(formula, names).Run();
            Assert.Equal(names["rate"], schedule.At(step), 2e-7);
        }
    }
}
