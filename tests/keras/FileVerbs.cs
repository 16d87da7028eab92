using System.Text.Json.Nodes;
using Descent.Layers;
using Descent.Optimizers;

namespace Descent.KerasCheck;

/// <summary>The verbs of files.py: models that are saved in the middle of their training, and models that are loaded there.</summary>
internal static class FileVerbs
{
    private static readonly string[] Endings = [".keras", ".h5", ".weights.h5"];

    /// <summary>Trains a model of Descent with an optimizer of Keras' config for some steps and saves it.</summary>
    public static JsonObject Save(JsonObject given)
    {
        var trained = Models.All.Select(make => make()).Where(m => m.Trains).ToArray();
        var (model, inputs, _) = trained[(int)given["model"]! % trained.Length];
        if (!model.Built) model.Build(inputs[0].Shape);
        Tensor[] targets = [.. model.PredictAll(inputs).Select(y => y * 0.5f + 0.25f)];
        model.Compile(Optimizer.Deserialize(given["optimizer"]!.AsObject()), "mse");
        for (var step = 0; step < 3; step++) model.TrainOnBatch(inputs, targets);
        var answer = SaveAndGoOn(model, (string)given["stem"]!, inputs, targets);
        answer["name"] = model.Name;
        answer["inputs"] = Arrays.Write(inputs);
        answer["targets"] = Arrays.Write(targets);
        return answer;
    }

    /// <summary>Loads a model of Keras, and saves it again.</summary>
    public static JsonObject Load(JsonObject given)
    {
        var model = Model.Load((string)given["path"]!);
        if (given["weights"] is { } weights)
        {
            foreach (var w in model.Weights) w.Assign(Tensor.Zeros(w.Shape));
            model.LoadWeights((string)weights!, new LoadOptions { IncludeOptimizer = true });
        }

        return given["inputs"] is { } inputs ? SaveAndGoOn(model, (string)given["stem"]!, Arrays.ReadAll(inputs), Arrays.ReadAll(given["targets"]!)) : SaveAlone(model, (string)given["stem"]!);
    }

    private static JsonObject SaveAlone(Model model, string stem)
    {
        model.Save(stem + Endings[0]);
        return [];
    }

    private static JsonObject SaveAndGoOn(Model model, string stem, Tensor[] inputs, Tensor[] targets)
    {
        foreach (var ending in Endings)
            if (ending == ".weights.h5") model.SaveWeights(stem + ending);
            else model.Save(stem + ending);

        var answer = new JsonObject { ["outputs"] = Arrays.Write(model.PredictAll(inputs)), ["optimizer"] = Arrays.Write(State(model)) };
        model.TrainOnBatch(inputs, targets);
        answer["trained"] = Arrays.Write([.. model.GetWeights(), .. State(model)]);
        return answer;
    }

    // What Keras lists: inside a LossScaleOptimizer it overlooks Nadam's product and Adafactor's placeholders, which are integers.
    private static IEnumerable<Tensor> State(Model model) => model.Optimizer!.Variables
        .Where(v => model.Optimizer is not LossScaleOptimizer || v.Name != "variable" && (v.DType == DType.Float32 || v.Name is "iteration" or "step_counter")).Select(v => v.Value);
}
