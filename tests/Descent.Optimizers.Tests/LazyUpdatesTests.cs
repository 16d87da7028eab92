using Descent.Optimizers;

namespace Descent.Tests;

/// <summary>Steps that leave the rows of a table alone that a batch did not use.</summary>
public class LazyUpdatesTests
{
    private const int Rows = 50;
    private const int Width = 7;

    /// <summary>Optimizers whose formula works element by element.</summary>
    public static TheoryData<string> Elementwise => [.. Kinds.Names.Where(kind => Kinds.Create(kind) is RuleOptimizer { IsOnePass: true })];

    [Theory]
    [MemberData(nameof(Elementwise))]
    public void Step_Lazy_TreatsTouchedRowsAsADenseStepAndLeavesTheOthers(string kind)
    {
        var (lazy, dense) = (Table(), Table());
        var (sparse, whole) = (Make(kind, lazy: true), Make(kind, lazy: false));
        int[] used = [3, 3, 49, 0, 17];
        for (var step = 0; step < 3; step++)
        {
            sparse.Apply([Gradient(lazy, used)], [lazy]);
            whole.Apply([Gradient(dense, used)], [dense]);
        }

        var (before, actual, expected) = (Table().ToArray(), lazy.ToArray(), dense.ToArray());
        for (var i = 0; i < actual.Length; i++) Assert.Equal(used.Contains(i / Width) ? expected[i] : before[i], actual[i]);
        foreach (var (a, b) in sparse.Variables.Zip(whole.Variables).Where(p => p.First.Shape == lazy.Shape))
            for (var row = 0; row < used.Length; row++)
                Assert.Equal(b.ToArray().AsSpan(used[row] * Width, Width).ToArray(), a.ToArray().AsSpan(used[row] * Width, Width).ToArray());
    }

    [Theory]
    [InlineData("Adam")]
    [InlineData("AdamW")]
    [InlineData("SGD")]
    public void Step_NotLazy_MovesEveryRowAsADenseGradientDoes(string kind)
    {
        var (looked, given) = (Table(), Table());
        var (a, b) = (Make(kind, lazy: false), Make(kind, lazy: false));
        for (var step = 0; step < 3; step++)
        {
            int[] used = [step, 7];
            a.Apply([Gradient(looked, used)], [looked]);
            b.Apply([Tensor.From(Gradient(given, used).ToArray(), given.Shape)], [given]);
        }

        Assert.Equal(given.ToArray(), looked.ToArray());
    }

    [Fact]
    public void Step_LazyWithAGradientOfTheWholeTable_UpdatesAllOfIt()
    {
        var (table, expected) = (Table(), Table());
        var gradient = Gradient(table, [1]) + 0.5f;
        new Adam { LazyUpdates = true }.Apply([gradient], [table]);
        new Adam().Apply([gradient], [expected]);
        Assert.Equal(expected.ToArray(), table.ToArray());
    }

    [Fact]
    public void Gradient_OfATableUsedTwice_TouchesTheRowsOfBoth()
    {
        var (lazy, dense) = (Table(), Table());
        new SGD(0.1) { LazyUpdates = true, WeightDecay = 0.1 }.Apply([Twice(lazy)], [lazy]);
        new SGD(0.1) { WeightDecay = 0.1 }.Apply([Twice(dense)], [dense]);
        var (before, actual, expected) = (Table().ToArray(), lazy.ToArray(), dense.ToArray());
        for (var i = 0; i < actual.Length; i++) Assert.Equal(i / Width is 2 or 4 or 5 ? expected[i] : before[i], actual[i]);

        static Tensor Twice(Variable table)
        {
            using var tape = new GradientTape();
            return tape.Gradient(Ops.Sum(Ops.Take(table, new[] { 2, 4 }, 0)) + Ops.Sum(Ops.Square(Ops.Take(table, new[] { 4, 5 }, 0))), table)!;
        }
    }

    [Fact]
    public void Averages_Lazy_FollowEveryRow()
    {
        var (lazy, dense) = (Table(), Table());
        var (a, b) = (new SGD(0.1) { LazyUpdates = true, UseEma = true }, new SGD(0.1) { UseEma = true });
        for (var step = 0; step < 3; step++)
        {
            a.Apply([Gradient(lazy, [step])], [lazy]);
            b.Apply([Gradient(dense, [step])], [dense]);
        }

        Assert.Equal(b.Variables[^1].ToArray(), a.Variables[^1].ToArray());
    }

    [Fact]
    public void LazyUpdates_OptimizersOfWholeTensors_RefuseThem()
    {
        foreach (Optimizer optimizer in (Optimizer[])[new Lamb { LazyUpdates = true }, new Adafactor { LazyUpdates = true }, new Muon { LazyUpdates = true }])
            Assert.Contains("LazyUpdates needs an optimizer that works element by element", Assert.Throws<ArgumentException>(() => optimizer.Build([Table()])).Message, StringComparison.Ordinal);
        Assert.Contains("LazyUpdates", Assert.Throws<ArgumentException>(() => new Lookahead(new Adam()) { LazyUpdates = true }.Build([Table()])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LazyUpdates_WrittenAndRead_StayBesideKerasKeys()
    {
        var json = new Adam { LazyUpdates = true }.Serialize();
        Assert.Null(json["config"]!["lazy_updates"]);
        Assert.True(Optimizer.Deserialize(json).LazyUpdates);
        Assert.False(Optimizer.Deserialize(new Adam().Serialize()).LazyUpdates);
    }

    private static Optimizer Make(string kind, bool lazy)
    {
        var json = Kinds.Create(kind).Serialize();
        if (lazy) json["descent"] = new System.Text.Json.Nodes.JsonObject { ["lazy_updates"] = true };
        return Optimizer.Deserialize(json);
    }

    private static Variable Table() => new("table", Tensor.From([.. Enumerable.Range(0, Rows * Width).Select(i => MathF.Cos(i))], [Rows, Width]));

    private static Tensor Gradient(Variable table, int[] ids)
    {
        using var tape = new GradientTape();
        return tape.Gradient(Ops.Sum(Ops.Square(Ops.Take(table, ids, 0))), table)!;
    }
}
