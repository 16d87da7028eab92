using System.Text.Json.Nodes;
using Descent.Losses;

namespace Descent.Tests.Losses;

public class LossGoldenTests
{
    private const string File = "layers/losses";
    private const double Tolerance = 6e-6;

    [Theory]
    [MemberData(nameof(Golden.Cases), File, MemberType = typeof(Golden))]
    public void Compute_EveryReduction_GivesKerasValueAndGradient(GoldenCase golden)
    {
        var json = golden.Json;
        var yTrue = GoldenTensor.Read(json["y_true"])!;
        var yPred = GoldenTensor.Read(json["y_pred"])!;
        var weights = GoldenTensor.Read(json["sample_weight"]);
        foreach (var (reduction, expected) in json["reductions"]!.AsObject())
        {
            var loss = Make(json, reduction);
            using var tape = new GradientTape();
            tape.Watch(yPred);
            var value = loss.Compute(yTrue, yPred, weights);
            Assert.Equal(Golden.Shape(expected!["value"]), value.Shape.ToArray());
            Golden.AssertClose(Golden.Floats(expected["value"]), value.AsSpan(), Tolerance, reduction);
            if (expected["y_pred_gradient"] is { } gradient)
                Golden.AssertClose(Golden.Floats(gradient), tape.Gradient(value, yPred)!.AsSpan(), Tolerance, $"{reduction} gradient");
        }
    }

    [Theory]
    [MemberData(nameof(Golden.Cases), File, MemberType = typeof(Golden))]
    public void Serialize_RecordedArguments_EqualsKeras(GoldenCase golden)
    {
        var json = golden.Json;
        Golden.AssertSameJson(json["serialized"], Make(json).Serialize());
        Golden.AssertSameJson(json["serialized"], Loss.Deserialize(json["serialized"]!.AsObject()).Serialize());
    }

    [Theory]
    [MemberData(nameof(Golden.Cases), File, "get", MemberType = typeof(Golden))]
    public void Get_Identifier_ResolvesAsInKeras(GoldenCase golden)
    {
        var json = golden.Json;
        var identifier = json["identifier"]!.GetValue<string>();
        if (json["error"] is not null)
        {
            Assert.StartsWith($"Unknown loss '{identifier}'.", Assert.Throws<ArgumentException>(() => Loss.Get(identifier)).Message, StringComparison.Ordinal);
            return;
        }

        // Keras resolves an alias to a function, here it is the class of the function's name.
        Assert.Equal(Loss.Get(json["resolves_to"]!.GetValue<string>()).GetType(), Loss.Get(identifier).GetType());
    }

    private static Loss Make(JsonObject json, string? reduction = null)
    {
        var config = json["constructor"]!.DeepClone().AsObject();
        if (reduction is not null) config["reduction"] = reduction;
        return Loss.Deserialize(new JsonObject { ["class_name"] = json["class_name"]!.DeepClone(), ["config"] = config });
    }
}
