using System.Text.Json.Nodes;
using Descent.Layers;

namespace Descent.Tests.Layers;

/// <summary>Recorded calls of Keras' layers: outputs, and the gradients of sum(outputs · upstream).</summary>
public class GoldenLayerTests
{
    private const double Tolerance = 6e-6;

    public static TheoryData<GoldenCase> Cases()
    {
        var cases = new TheoryData<GoldenCase>();
        foreach (var row in (IEnumerable<object[]>)Golden.CasesOf(Golden.Files("layers")))
            if (row[0] is GoldenCase golden && golden.Json["upstream"] is JsonArray) cases.Add(golden);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Layer_RecordedCall_GivesKerasNumbers(GoldenCase golden)
    {
        var json = golden.Json;
        var config = json["config"]!.AsObject();
        var layer = Layer.Deserialize(new() { ["class_name"] = (string)json["class_name"]!, ["config"] = config.DeepClone() });
        Golden.AssertSameJson(WithoutBuildConfig(config), layer.GetConfig());

        Tensor[] inputs = [.. json["inputs"]!.AsArray().Select(Read)];
        layer.EnsureBuilt([.. inputs.Select(x => x.Shape)]);
        var weights = json["weights"]!.AsArray();
        Assert.Equal(weights.Select(w => (string)w!["path"]!), layer.Weights.Select(w => w.Path));
        layer.SetWeights([.. weights.Select(w => Tensor.From(Golden.Floats(w), Golden.Shape(w)))]);

        using var tape = new GradientTape();
        foreach (var x in inputs)
            if (x.DType == DType.Float32) tape.Watch(x);
        var (given, call) = ReadCall(json["call"]!.AsObject(), inputs);
        var outputs = layer.ApplyAll(given, call);
        Assert.Equal(json["outputs"]!.AsArray().Count, outputs.Count);
        var loss = Tensor.Zeros(Shape.Scalar);
        for (var i = 0; i < outputs.Count; i++)
        {
            var expected = json["outputs"]![i];
            Assert.Equal(Golden.Shape(expected), outputs[i].Shape.ToArray());
            Golden.AssertClose(Golden.Floats(expected), outputs[i].AsSpan(), Tolerance, $"output {i}");
            loss += Ops.Sum(outputs[i] * Tensor.From(Golden.Floats(json["upstream"]![i]), outputs[i].Shape));
        }

        if (json["non_trainable_after"] is JsonArray { Count: > 0 } after)
            Assert.All(after.Zip(layer.NonTrainableVariables), pair => Golden.AssertClose(Golden.Floats(pair.First), pair.Second.ToArray(), Tolerance, pair.Second.Path));
        if (json["output_mask"] is { } mask) Assert.Equal(Golden.Ints(mask).Select(m => m != 0), outputs[0].Mask!.AsBoolSpan().ToArray());
        for (var i = 0; i < inputs.Length; i++)
            if (json["input_gradients"]![i] is { } gradient) Golden.AssertClose(Golden.Floats(gradient), tape.Gradient(loss, inputs[i])!.AsSpan(), Tolerance, $"gradient of input {i}");
        var gradients = tape.Gradient(loss, layer.TrainableVariables);
        for (var i = 0; i < gradients.Length; i++)
            Golden.AssertClose(Golden.Floats(json["weight_gradients"]![i]), gradients[i]!.AsSpan(), Tolerance, layer.TrainableVariables[i].Path);
    }

    private static Tensor Read(JsonNode? json) => (string?)json!["dtype"] switch
    {
        "int32" => Tensor.From(Golden.Ints(json), Golden.Shape(json)),
        "bool" => Tensor.From([.. Golden.Ints(json).Select(v => v != 0)], Golden.Shape(json)),
        _ => Tensor.From(Golden.Floats(json), Golden.Shape(json)),
    };

    // Keras' arguments of the call; first states are further inputs here.
    private static (Tensor[] Inputs, LayerCall Call) ReadCall(JsonObject json, Tensor[] inputs)
    {
        Tensor[] given = [.. inputs, .. (json["initial_state"]?.AsArray() ?? []).Select(Read)];
        var masks = new Tensor?[given.Length];
        if (json["mask"] is { } mask) masks[0] = Read(mask);
        return (given, new LayerCall((bool?)json["training"] ?? false, json.ContainsKey("mask") ? masks : null)
        {
            AttentionMask = json["attention_mask"] is { } attentionMask ? Read(attentionMask) : null,
            UseCausalMask = (bool?)json["use_causal_mask"] ?? false,
            ReturnAttentionScores = (bool?)json["return_attention_scores"] ?? false,
        });
    }

    // Keras also notes for which shapes inner layers were built; ours are not built yet.
    private static JsonNode WithoutBuildConfig(JsonNode json)
    {
        var copy = json.DeepClone();
        Remove(copy);
        return copy;

        static void Remove(JsonNode? node)
        {
            if (node is JsonArray array)
                foreach (var item in array) Remove(item);
            if (node is not JsonObject members) return;
            members.Remove("build_config");
            foreach (var (_, member) in members) Remove(member);
        }
    }
}
