using Descent.Layers;

namespace Descent.Tests.Layers;

/// <summary>Recorded calls of Keras' layers: outputs, and the gradients of sum(outputs · upstream).</summary>
public class GoldenLayerTests
{
    private const double Tolerance = 6e-6;

    private static readonly string[] Covered = ["Dense", "Activation", "Dropout", "Flatten", "Reshape", "Rescaling"];

    public static TheoryData<GoldenCase> Cases()
    {
        var cases = new TheoryData<GoldenCase>();
        foreach (var row in (IEnumerable<object[]>)Golden.CasesOf(Golden.Files("layers")))
            if (row[0] is GoldenCase golden && Covered.Contains((string?)golden.Json["class_name"])) cases.Add(golden);
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

        var x = Tensor.From(Golden.Floats(json["inputs"]![0]), Golden.Shape(json["inputs"]![0]));
        layer.Build(x.Shape);
        var weights = json["weights"]!.AsArray();
        Assert.Equal(weights.Select(w => (string)w!["path"]!), layer.Weights.Select(w => w.Path));
        layer.SetWeights([.. weights.Select(w => Tensor.From(Golden.Floats(w), Golden.Shape(w)))]);

        using var tape = new GradientTape();
        tape.Watch(x);
        var y = layer.Apply(x, training: (bool?)json["call"]?["training"] ?? false);
        var expected = json["outputs"]![0];
        Assert.Equal(Golden.Shape(expected), y.Shape.ToArray());
        Golden.AssertClose(Golden.Floats(expected), y.AsSpan(), Tolerance, "output");

        var loss = Ops.Sum(y * Tensor.From(Golden.Floats(json["upstream"]![0]), y.Shape));
        Golden.AssertClose(Golden.Floats(json["input_gradients"]![0]), tape.Gradient(loss, x)!.AsSpan(), Tolerance, "gradient of the input");
        var gradients = tape.Gradient(loss, layer.TrainableVariables);
        for (var i = 0; i < gradients.Length; i++)
            Golden.AssertClose(Golden.Floats(json["weight_gradients"]![i]), gradients[i]!.AsSpan(), Tolerance, layer.TrainableVariables[i].Path);
    }
}
