using System.Text.Json.Nodes;
using Descent.Constraints;
using Descent.Initializers;
using Descent.Layers;
using Descent.Losses;
using Descent.Metrics;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;
using Descent.Regularizers;

namespace Descent.KerasCheck;

internal static class Verbs
{
    public static readonly Dictionary<string, Func<JsonArray, IEnumerable<JsonNode>>> Table = new()
    {
        ["configs"] = input => input.Select(c => Try(() => Rewrite((string)c!["kind"]!, c["json"]!.AsObject()))),
        ["open"] = input => input.Select(c => Try(() => Open(c!.AsObject()))),
        ["save"] = input => input.Select(c => Try(() => FileVerbs.Save(c!.AsObject()))),
        ["load"] = input => input.Select(c => Try(() => FileVerbs.Load(c!.AsObject()))),
        ["write"] = _ => Models.All.Select(m => Try(() => Write(m()))),
    };

    private static readonly Dictionary<string, Func<JsonObject, IKerasSerializable>> Readers = new()
    {
        ["layers"] = Layer.Deserialize,
        ["losses"] = Loss.Deserialize,
        ["metrics"] = Metric.Deserialize,
        ["optimizers"] = Optimizer.Deserialize,
        ["optimizers.schedules"] = LearningRateSchedule.Deserialize,
        ["initializers"] = Initializer.Deserialize,
        ["regularizers"] = Regularizer.Deserialize,
        ["constraints"] = Constraint.Deserialize,
    };

    private static JsonObject Rewrite(string kind, JsonObject json) => Readers[kind](json) switch
    {
        Layer layer => layer.Serialize(),
        var other => KerasRegistry.Serialize(other),
    };

    /// <summary>Opens a model of Keras, gives it the weights, and says what it answers and learns.</summary>
    private static JsonObject Open(JsonObject given)
    {
        var model = (Model)Layer.Deserialize(given["json"]!.AsObject());
        var inputs = Arrays.ReadAll(given["inputs"]!);
        if (!model.Built) model.Build(inputs[0].Shape);
        model.SetWeights(Arrays.ReadAll(given["weights"]!));
        return Answer(model, inputs, given["targets"] is { } targets ? Arrays.ReadAll(targets) : null);
    }

    private static JsonObject Write((Model Model, Tensor[] Inputs, bool Trains) made)
    {
        if (!made.Model.Built) made.Model.Build(made.Inputs[0].Shape);
        var targets = made.Trains ? Targets(made.Model, made.Inputs) : null;
        var answer = Answer(made.Model, made.Inputs, targets);
        answer["inputs"] = Arrays.Write(made.Inputs);
        if (targets is not null) answer["targets"] = Arrays.Write(targets);
        return answer;
    }

    private static Tensor[] Targets(Model model, Tensor[] inputs) => [.. model.PredictAll(inputs).Select(y => y * 0.5f + 0.25f)];

    private static JsonObject Answer(Model model, Tensor[] inputs, Tensor[]? targets)
    {
        var answer = new JsonObject
        {
            ["json"] = model.Serialize(),
            ["paths"] = new JsonArray([.. model.Weights.Select(w => (JsonNode)w.Path)]),
            ["weights"] = Arrays.Write(model.GetWeights()),
            ["outputs"] = Arrays.Write(model.PredictAll(inputs)),
        };
        if (targets is null) return answer;
        model.Compile(new SGD(learningRate: 0.1), "mse");
        model.TrainOnBatch(inputs, targets);
        answer["trained"] = Arrays.Write(model.GetWeights());
        return answer;
    }

    private static JsonNode Try(Func<JsonNode> run)
    {
        try
        {
            return run();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or NotSupportedException or KeyNotFoundException or InvalidDataException)
        {
            return new JsonObject { ["error"] = e.Message };
        }
    }
}
