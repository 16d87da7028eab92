using System.Text.Json.Nodes;
using Descent.Callbacks;
using Descent.Optimizers;
using Descent.Training;

namespace Descent.Tests.Training;

/// <summary>Every recorded training run of Keras 3.</summary>
public class GoldenFitTests
{
    // As the golden README states them: for the loss, and for weights.
    private const double LossTolerance = 4e-6;
    private const double WeightTolerance = 6e-6;

    // Batch normalization takes away what the bias before it adds: the bias' gradient is rounding alone, which Adam divides by its own size. The
    // moving average follows that bias, and what is left between the two shows in predictions.
    private const double NoiseTolerance = 1e-2;
    private const double BesideNoiseTolerance = 1e-3;

    public static TheoryData<GoldenCase> Cases()
    {
        var cases = new TheoryData<GoldenCase>();
        foreach (var row in (IEnumerable<object[]>)Golden.CasesOf(Golden.Files("fit")))
            if (row[0] is GoldenCase golden) cases.Add(golden);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Fit_RecordedRun_GivesKerasNumbers(GoldenCase golden)
    {
        var json = golden.Json;
        var model = Model(json);
        Assert.Equal(json["initial_weights"]!.AsArray().Select(w => (string)w!["path"]!), model.Weights.Select(w => w.Path));
        model.SetWeights([.. json["initial_weights"]!.AsArray().Select(Read)]);
        Compile(model, json);

        var (x, y) = (Read(json["x"]), Read(json["y"]));
        var history = Fit(model, json, x, y);

        var expected = json["history"]!.AsObject();
        Assert.Equal(expected.Select(p => p.Key), history.Metrics.Keys);
        foreach (var (name, values) in expected)
            Golden.AssertClose(Golden.Floats(values), [.. history[name].Select(v => (float)v)], LossTolerance, name);
        foreach (var (weight, recorded) in model.Weights.Zip(json["final_weights"]!.AsArray()))
            Golden.AssertClose(Golden.Floats(recorded), weight.ToArray(), IsNoise(weight) ? NoiseTolerance : WeightTolerance, weight.Path);
        foreach (var (variable, recorded) in model.Optimizer!.Variables.Zip(json["optimizer_variables"]!.AsArray()))
        {
            Assert.EndsWith((string)recorded!["path"]!, variable.Path, StringComparison.Ordinal);
            if (variable.DType == DType.Float32) Golden.AssertClose(Golden.Floats(recorded), variable.ToArray(), WeightTolerance, variable.Path);
        }

        var predictions = Read(json["predictions"]);
        var predicted = model.Predict(x);
        Golden.AssertClose(predictions.AsSpan(), predicted.AsSpan()[..predictions.Length], model.Weights.Any(IsNoise) ? BesideNoiseTolerance : WeightTolerance, "predictions");
        var result = model.Evaluate(x, y, batchSize: (int)json["batch_size"]!);
        foreach (var (name, value) in json["evaluate"]!.AsObject())
            Golden.AssertClose(Golden.Number(value), result[name], model.Weights.Any(IsNoise) ? BesideNoiseTolerance : LossTolerance, name);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sequential_RecordedConfig_IsWrittenAsRead(GoldenCase golden)
    {
        var config = golden.Json["model_config"]!.AsObject();
        Golden.AssertSameJson(config, Sequential.FromConfig(config).GetConfig());
    }

    private static bool IsNoise(Variable weight) => weight.Path is "sequential/conv2d/bias" or "sequential/batch_normalization/moving_mean";

    private static Sequential Model(JsonObject json) => Sequential.FromConfig(json["model_config"]!.AsObject());

    private static void Compile(Sequential model, JsonObject json)
    {
        var loss = json["loss"] is JsonObject described ? (CompileLoss)Descent.Losses.Loss.Deserialize(described) : (string)json["loss"]!;
        model.Compile(
            Optimizer.Deserialize(json["optimizer"]!["serialized"]!.AsObject()),
            loss,
            [.. json["metrics"]!.AsArray().Select(m => (string)m!)]);
    }

    private static History Fit(Sequential model, JsonObject json, Tensor x, Tensor y)
    {
        var arguments = json["fit_arguments"] as JsonObject ?? [];
        return model.Fit(
            x,
            y,
            batchSize: (int)json["batch_size"]!,
            epochs: (int)json["epochs"]!,
            verbose: 0,
            callbacks: (json["callbacks"] as JsonArray ?? []).Select(c => Callback(c!)),
            validationSplit: (double?)arguments["validation_split"] ?? 0,
            shuffle: false,
            classWeight: (arguments["class_weight"] as JsonObject)?.ToDictionary(p => int.Parse(p.Key, System.Globalization.CultureInfo.InvariantCulture), p => (double)p.Value!),
            sampleWeight: arguments["sample_weight"] is { } weights ? Read(weights) : null);
    }

    private static Callback Callback(JsonNode json) => (string?)json["class_name"] switch
    {
        nameof(LearningRateScheduler) => new LearningRateScheduler((epoch, rate) => epoch >= 2 ? rate * 0.5 : rate),
        nameof(ReduceLROnPlateau) => new ReduceLROnPlateau("loss") { Factor = 0.3, Patience = 1, MinDelta = 0.2 },
        nameof(EarlyStopping) => new EarlyStopping("loss") { MinDelta = 0.08, Patience = 1, RestoreBestWeights = true },
        var other => throw new NotSupportedException(other),
    };

    private static Tensor Read(JsonNode? json) => (string?)json!["dtype"] == "int32"
        ? Tensor.From(Golden.Ints(json), Golden.Shape(json))
        : Tensor.From(Golden.Floats(json), Golden.Shape(json));
}
