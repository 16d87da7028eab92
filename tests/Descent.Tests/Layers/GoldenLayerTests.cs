using System.Text.Json.Nodes;
using Descent.Layers;

namespace Descent.Tests.Layers;

/// <summary>Recorded calls of Keras' layers: outputs, and the gradients of sum(outputs · upstream).</summary>
public class GoldenLayerTests
{
    private const double Tolerance = 6e-6;

    private static string[] Covered => ["Dense", "Activation", "Dropout", "Flatten", "Reshape", "Rescaling", "Masking", "Add", .. Plain, .. Spatial];

    private static readonly string[] Plain =
    [
        "BatchNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization", "UnitNormalization", "Embedding", "EinsumDense",
        "ReLU", "LeakyReLU", "ELU", "PReLU", "Softmax", "Permute", "RepeatVector", "GaussianNoise",
    ];

    private static readonly string[] SpatialStems =
    [
        "Conv", "DepthwiseConv", "SeparableConv", "MaxPooling", "AveragePooling", "GlobalMaxPooling", "GlobalAveragePooling", "ZeroPadding", "Cropping", "UpSampling",
    ];

    private static IEnumerable<string> Spatial => SpatialStems.SelectMany(s => (string[])[$"{s}1D", $"{s}2D", $"{s}3D", $"{s}1DTranspose", $"{s}2DTranspose"]);

    public static TheoryData<GoldenCase> Cases()
    {
        var cases = new TheoryData<GoldenCase>();
        var covered = Covered;
        foreach (var row in (IEnumerable<object[]>)Golden.CasesOf(Golden.Files("layers")))
            if (row[0] is GoldenCase golden && covered.Contains((string?)golden.Json["class_name"])) cases.Add(golden);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Layer_RecordedCall_GivesKerasNumbers(GoldenCase golden)
    {
        var json = golden.Json;
        var config = json["config"]!.AsObject();
        var layer = Layer.Deserialize(new() { ["class_name"] = (string)json["class_name"]!, ["config"] = config.DeepClone() });
        Golden.AssertSameJson(config, layer.GetConfig());

        Tensor[] inputs = [.. json["inputs"]!.AsArray().Select(Read)];
        layer.Build([.. inputs.Select(x => x.Shape)]);
        var weights = json["weights"]!.AsArray();
        Assert.Equal(weights.Select(w => (string)w!["path"]!), layer.Weights.Select(w => w.Path));
        layer.SetWeights([.. weights.Select(w => Tensor.From(Golden.Floats(w), Golden.Shape(w)))]);

        using var tape = new GradientTape();
        foreach (var x in inputs)
            if (x.DType == DType.Float32) tape.Watch(x);
        var outputs = layer.ApplyAll(inputs, new LayerCall((bool?)json["call"]?["training"] ?? false, Masks(json["call"])));
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

    private static Tensor[]? Masks(JsonNode? call) => call?["mask"] is { } mask
        ? [Ops.NotEqual(Tensor.From(Golden.Ints(mask), Golden.Shape(mask)), Tensor.From(new int[Golden.Ints(mask).Length], Golden.Shape(mask)))]
        : null;

    private static Tensor Read(JsonNode? json) => (string?)json!["dtype"] == "int32"
        ? Tensor.From(Golden.Ints(json), Golden.Shape(json))
        : Tensor.From(Golden.Floats(json), Golden.Shape(json));
}
