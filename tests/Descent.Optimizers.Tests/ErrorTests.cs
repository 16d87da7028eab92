using System.Text.Json;
using System.Text.Json.Nodes;
using Descent.Optimizers;

namespace Descent.Tests;

/// <summary>Every recorded error of the three generations, and what they accept where one might expect an error: matched, or listed with the reason why not.</summary>
/// <remarks>Rows are called by their recorded id; those of Keras 1 and 2 have their folder before it.</remarks>
public class ErrorTests
{
    private const string File = "keras3/errors";

    private static readonly string[] Files = ["keras1/errors", "keras2/errors", File];

    /// <summary>Rows in which Descent deliberately does otherwise, and what it does; docs/keras-differences.md gives the reasons.</summary>
    private static readonly Dictionary<string, Difference> Differences = new()
    {
        ["construct/Adam(learning_rate=1)"] = new(Does.Succeed, "An integer is a number: C# converts it, and so does the reader of configs."),
        ["deserialize/int_learning_rate"] = new(Does.Succeed, "An integer is a number: C# converts it, and so does the reader of configs."),
        ["construct/SGD(momentum=0)"] = new(Does.Succeed, "An integer is a number: C# converts it, and so does the reader of configs."),
        ["construct/SGD(momentum=1)"] = new(Does.Succeed, "An integer is a number: C# converts it, and so does the reader of configs."),
        ["get/None"] = new(Does.NotCompile, "Get takes a string, which null is not; Keras returns None."),
        ["get/int"] = new(Does.NotCompile, "Get takes a string."),
        ["get/lamb"] = new(Does.Succeed, "Keras forgot to list it; by class name it can be deserialized there too."),
        ["get/Lamb"] = new(Does.Succeed, "Keras forgot to list it; by class name it can be deserialized there too."),
        ["call/optimizer_map_bad_default"] = new(Does.Succeed, "A name converts to its optimizer everywhere."),
        ["call/optimizer_map_string"] = new(Does.Succeed, "A name converts to its optimizer everywhere."),
        ["call/exclude_after_build"] = new(Does.Throw, "Keras documents that it throws, and does not; the exclusion would come too late."),
        ["keras1/get/5"] = new(Does.NotCompile, "Get takes a string; Keras 1 returns what it does not know."),
        ["keras2/get/5"] = new(Does.NotCompile, "Get takes a string."),
        ["keras1/get/dict"] = new(Does.Succeed, "It is the form of Keras 1's own model files; get() of Keras 1 asks for a name that they do not have."),
        ["keras1/call/set_weights_count"] = new(Does.Throw, "Keras 1 sets as many as there are; what is missing would stay as it was, unnoticed."),
    };

    /// <summary>What our message must name where Keras' words say little or other things: argument and value, or the way out.</summary>
    private static readonly Dictionary<string, string[]> Words = new()
    {
        ["construct/SGD(clipnorm=1.0,clipvalue=0.5)"] = ["ClipNorm=1,", "ClipValue=0.5"],
        ["construct/Adam(clipnorm=1.0,global_clipnorm=0.5)"] = ["ClipNorm=1,", "GlobalClipNorm=0.5"],
        ["construct/Adam(clipvalue=1.0,global_clipnorm=0.5)"] = ["ClipValue=1,", "GlobalClipNorm=0.5"],
        ["construct/RMSprop(clipnorm=1.0,clipvalue=0.5,global_clipnorm=2.0)"] = ["ClipNorm=1,", "ClipValue=0.5", "GlobalClipNorm=2"],
        ["get/unknown_opt"] = ["Unknown optimizer 'unknown_opt'", "Known: SGD, RMSprop"],
        ["get/"] = ["Unknown optimizer ''", "Known: SGD, RMSprop"],
        ["get/Optimizer"] = ["Unknown optimizer 'Optimizer'", "Known: SGD, RMSprop"],
        ["get/dict_unknown"] = ["Unknown optimizer 'Foo'", "Known: SGD, RMSprop"],
        ["construct/Lion(beta_1=0.0)"] = ["Beta1 must be in (0, 1]", "Received: 0."],
        ["construct/Lion(beta_1=1.5)"] = ["Beta1 must be in (0, 1]", "Received: 1.5."],
        ["construct/Ftrl(initial_accumulator_value=-1.0)"] = ["InitialAccumulatorValue must be zero or more", "Received: -1."],
        ["get/lossscaleoptimizer"] = ["LossScaleOptimizer must be given the argument 'inner_optimizer'"],
        ["construct/LossScaleOptimizer(inner_optimizer=SGD,learning_rate=0.1)"] = ["Argument(s) not recognized: 'learning_rate'"],
        ["keras1/get/Sgd"] = ["Unknown optimizer of Keras 1 'Sgd'. Did you mean 'SGD'", "Known: SGD, RMSprop"],
        ["keras1/get/ADAM"] = ["Unknown optimizer of Keras 1 'ADAM'. Did you mean 'Adam'", "Known: SGD, RMSprop"],
        ["keras1/get/foo"] = ["Unknown optimizer of Keras 1 'foo'. Known: SGD, RMSprop"],
        ["keras2/get/foo"] = ["Unknown optimizer of Keras 2 'foo'. Known: SGD, RMSprop"],
        ["keras1/get/adamw"] = ["Unknown optimizer of Keras 1 'adamw'.", "AdamW came with a later generation; Keras 3 has it. Known: SGD"],
        ["keras2/get/adamw"] = ["Unknown optimizer of Keras 2 'adamw'.", "AdamW came with a later generation; Keras 3 has it. Known: SGD"],
        ["get/dict_no_class_name"] = ["must have a 'class_name'", """{"config":{}}"""],
    };

    /// <summary>The ids of the rows in which Descent does otherwise.</summary>
    public static IEnumerable<string> DifferentRows => Differences.Keys;

    private enum Does
    {
        Succeed,
        Throw,
        NotCompile,
    }

    public static TheoryData<GoldenCase> Rows() => Of(_ => true);

    public static TheoryData<GoldenCase> JsonRows() => Of(row => row["action"] is JsonObject && DifferenceOf(row) is not { Does: Does.NotCompile });

    [Theory]
    [MemberData(nameof(JsonRows))]
    public void Optimizer_RecordedConstruction_SucceedsOrThrowsAsInKeras(GoldenCase golden)
    {
        var row = RowOf(golden);
        using var trace = new TraceRecorder();
        var throws = DifferenceOf(row) is { } difference ? difference.Does == Does.Throw : row["error"] is not null;
        if (throws)
        {
            var error = Assert.ThrowsAny<ArgumentException>(() => Run(row));
            AssertMessage(row, error.Message);
            return;
        }

        AssertResult(row["result"], Run(row));
        var decay = Arguments(row)["decay"]?.GetValue<double>() ?? 0;
        if (decay == 0 || VersionOf(row) != KerasVersion.Keras3) Assert.Empty(trace.Warnings); // Keras warns of a decay of 0, too: it would ignore nothing
        else Assert.Contains("'decay'", Assert.Single(trace.Warnings), StringComparison.Ordinal);
    }

    /// <summary>A row of the file that nobody looks at must not pass for one that agrees.</summary>
    [Theory]
    [MemberData(nameof(Rows))]
    public void Row_Recorded_IsMatchedOrListed(GoldenCase golden)
    {
        var row = RowOf(golden);
        if (row["action"] is JsonObject || DifferenceOf(row) is { Does: Does.NotCompile }) return;
        var id = row["id"]!.GetValue<string>();
        var test = typeof(RecordedCallTests).GetMethods().Concat(typeof(RecordedLegacyCallTests).GetMethods())
            .Where(m => m.GetCustomAttributes(typeof(RecordedAttribute), false).Any(a => ((RecordedAttribute)a).Id == id)).ToArray();
        Assert.True(test.Length == 1, $"{id} has {test.Length} tests and is not in the table of differences.");
    }

    [Fact]
    public void Tables_OfDifferencesAndWords_HoldRecordedRowsOnly()
    {
        string[] ids = [.. ((IEnumerable<object[]>)Golden.CasesOf(Files)).Select(r => RowOf((GoldenCase)r[0])["id"]!.GetValue<string>())];
        Assert.Empty(Differences.Keys.Concat(Words.Keys).Except(ids));
        Assert.All(Differences.Values, d => Assert.NotEmpty(d.Reason));
    }

    private static Difference? DifferenceOf(JsonObject row) => Differences.GetValueOrDefault(row["id"]!.GetValue<string>());

    private static Optimizer Run(JsonObject row)
    {
        var (action, argument) = row["action"]!.AsObject().First();
        return argument switch
        {
            JsonObject json => Optimizer.Deserialize(json, VersionOf(row)),
            JsonNode name when action == "get" => Optimizer.Get(name.GetValue<string>(), VersionOf(row)),
            _ => throw new InvalidOperationException($"This test does not know the action {action} of {argument}."),
        };
    }

    private static JsonObject Arguments(JsonObject row) =>
        (row["action"]!.AsObject().First().Value as JsonObject)?["config"] as JsonObject ?? [];

    private static void AssertResult(JsonNode? expected, Optimizer optimizer)
    {
        switch (expected)
        {
            case JsonObject full when full.ContainsKey("config"):
                Golden.AssertSameJson(full, optimizer.Serialize());
                break;
            case JsonObject brief when brief.ContainsKey("class_name"):
                Assert.Equal(brief["class_name"]!.GetValue<string>(), optimizer.GetType().Name);
                Assert.Equal(brief["name"]?.GetValue<string>() ?? optimizer.Name, optimizer.Name);
                break;
            case JsonObject config:
                Golden.AssertSameJson(config, optimizer.GetConfig());
                break;
            case null:
                break;
            default:
                Assert.Equal(expected.GetValue<string>(), optimizer.GetType().Name);
                break;
        }
    }

    // The argument, as the property that rejects it or as the key that the reader of configs rejects, and its value.
    private static void AssertMessage(JsonObject row, string message)
    {
        var config = Arguments(row);
        if (Words.TryGetValue(row["id"]!.GetValue<string>(), out var words))
        {
            Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
        }
        else if (Unrecognized(row) is { } recorded)
        {
            var unknown = config.Select(p => $"'{p.Key}'").Where(k => recorded.Contains(k, StringComparison.Ordinal));
            Assert.Contains($"Argument(s) not recognized: {string.Join(", ", unknown)}.", message, StringComparison.Ordinal);
        }
        else
        {
            var (key, value) = config.Last();
            var property = string.Concat(key.Split('_').Select(part => char.ToUpperInvariant(part[0]) + part[1..]));
            Assert.Matches($"^({property}|Argument '{key}' of {row["action"]!.AsObject().First().Value!["class_name"]}) ", message);
            Assert.True(value is null ? message.Contains("null", StringComparison.Ordinal) : message.Contains($"Received: {value.ToJsonString()}", StringComparison.Ordinal), message);
        }
    }

    // The names that Keras objects to, in quotes.
    private static string? Unrecognized(JsonObject row)
    {
        const string OfKeras12 = "Unexpected keyword argument passed to optimizer: ";
        var message = row["error"]!["message"]!.GetValue<string>();
        return message.StartsWith(OfKeras12, StringComparison.Ordinal) ? $"'{message[OfKeras12.Length..]}'"
            : message.StartsWith("Argument(s) not recognized", StringComparison.Ordinal) ? message : null;
    }

    private static KerasVersion VersionOf(JsonObject row) => (KerasVersion)(row["version"]?.GetValue<int>() ?? (int)KerasVersion.Keras3);

    // A row under the name that it has here, with its generation.
    private static JsonObject RowOf(GoldenCase golden)
    {
        var row = golden.Json;
        if (golden.KerasVersion() is not KerasVersion.Keras3 and var version)
            (row["id"], row["version"]) = ($"{golden.File.Split('/')[0]}/{golden.Id}", (int)version);
        return row;
    }

    private static TheoryData<GoldenCase> Of(Func<JsonObject, bool> predicate)
    {
        var rows = new TheoryData<GoldenCase>();
        foreach (var golden in Golden.CasesOf(Files))
            if (predicate(RowOf(golden)))
                rows.Add(golden);
        return rows;
    }

    private sealed record Difference(Does Does, string Reason);
}
