using System.Text.Json.Nodes;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;

namespace Descent.Tests;

/// <summary>Options that are null, no number, no expression or no member of their enumeration: named where they are set.</summary>
public class BadOptionTests
{
    [Fact]
    public void Lists_NullOrWithANull_AreNamed()
    {
        AssertNull(nameof(Optimizer.ParameterGroups), () => new SGD { ParameterGroups = null! });
        AssertNull(nameof(Optimizer.ParameterGroups), () => new SGD { ParameterGroups = [new("a"), null!] }, "ParameterGroups must hold no null. Received: null at position 1.");
        AssertNull(nameof(Muon.ExcludeLayers), () => new Muon { ExcludeLayers = null! });
        AssertNull(nameof(Muon.ExcludeLayers), () => new Muon { ExcludeLayers = [null!] }, "ExcludeLayers must hold no null. Received: null at position 0.");
        AssertNull("variables", () => Exclude(variables: [null!]), "variables must hold no null. Received: null at position 0.");
        AssertNull("names", () => Exclude(names: ["bias", null!]), "names must hold no null. Received: null at position 1.");

        static void AssertNull(string parameter, Func<Optimizer> action, string message = "")
        {
            var error = Assert.Throws<ArgumentNullException>(action);
            Assert.Equal(parameter, error.ParamName);
            Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ExcludeFromWeightDecay_BadArguments_ChangesNothing()
    {
        var sgd = new SGD();
        sgd.ExcludeFromWeightDecay(names: ["bias"]);
        var before = sgd.Serialize();
        Assert.Throws<ArgumentNullException>(() => sgd.ExcludeFromWeightDecay(variables: [null!], names: ["kernel"]));
        Assert.Throws<ArgumentException>(() => sgd.ExcludeFromWeightDecay(names: ["("]));
        Golden.AssertSameJson(before, sgd.Serialize());
    }

    [Fact]
    public void Patterns_NoValidExpressions_AreShown()
    {
        AssertThrows("A name that is excluded from weight decay must be a valid regular expression. Received: '(': ", () => Exclude(names: ["("]));
        AssertThrows("Each of ExcludeLayers must be a valid regular expression. Received: '[': ", () => new Muon { ExcludeLayers = ["["] });
        AssertThrows("Each of ExcludeLayers must be a valid regular expression. Received: '[': ", () => Muon.FromConfig(new JsonObject { ["exclude_layers"] = new JsonArray((JsonNode)"[") }));
    }

    [Fact]
    public void Numbers_OfMuon_MustBeFinite()
    {
        AssertThrows("Momentum must be a finite number. Received: NaN.", () => new Muon { Momentum = double.NaN });
        AssertThrows("MuonA must be a finite number. Received: NaN.", () => new Muon { MuonA = double.NaN });
        AssertThrows("MuonB must be a finite number. Received: Infinity.", () => new Muon { MuonB = double.PositiveInfinity });
        AssertThrows("MuonC must be a finite number. Received: NaN.", () => new Muon { MuonC = double.NaN });
        AssertThrows("AdamLrRatio must be a finite number. Received: NaN.", () => new Muon { AdamLrRatio = double.NaN });
        AssertThrows("AdamWeightDecay must be a finite number. Received: NaN.", () => new Muon { AdamWeightDecay = double.NaN });
        AssertThrows("RmsRate must be a finite number. Received: NaN.", () => new Muon { RmsRate = double.NaN });
        Assert.Null(new Muon { AdamWeightDecay = null, RmsRate = null }.RmsRate);
    }

    [Fact]
    public void Enumerations_OfSchedules_TakeTheirMembers()
    {
        AssertThrows("Annealing must be one of Linear, Cosine, OneMinusSqrt. Received: 9.", () => new SGD(new OneCycle(0.1, 10) { Annealing = (Annealing)9 }));
        AssertThrows("Annealing must be one of Linear, Cosine, OneMinusSqrt. Received: 9.", () => new SGD(new WarmupStableDecay(0.1, 1, 1, 1) { Annealing = (Annealing)9 }));
        AssertThrows("Counts must be one of Calls, Updates. Received: -1.", () => new SGD(new CosineDecay(0.1, 10) { Counts = (StepCount)(-1) }));
    }

    private static SGD Exclude(Variable[]? variables = null, string[]? names = null)
    {
        var sgd = new SGD();
        sgd.ExcludeFromWeightDecay(variables, names);
        return sgd;
    }

    private static void AssertThrows(string message, Func<Optimizer> action) =>
        Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
}
