using System.Text.Json.Nodes;
using Descent.Constraints;
using Descent.Regularizers;

namespace Descent.Tests.Regularizers;

public class RegularizerConstraintGoldenTests
{
    private const string File = "layers/regularizers_constraints";
    private const double Tolerance = 6e-6;

    [Theory]
    [MemberData(nameof(Golden.Cases), File, MemberType = typeof(Golden))]
    public void Call_RecordedInput_GivesKerasValue(GoldenCase golden)
    {
        var json = golden.Json;
        var x = Tensor.From(Golden.Floats(json["x"]), Golden.Shape(json["x"]));
        if (json["kind"]!.GetValue<string>() == "constraint")
        {
            Golden.AssertClose(Golden.Floats(json["value"]), Constraint.Deserialize(Serialized(json)).Call(x).AsSpan(), Tolerance);
            return;
        }

        using var tape = new GradientTape();
        tape.Watch(x);
        var value = Regularizer.Deserialize(Serialized(json)).Call(x);
        Assert.Equal(Shape.Scalar, value.Shape);
        Golden.AssertClose(Golden.Number(json["value"]), value.Item(), Tolerance);
        Golden.AssertClose(Golden.Floats(json["x_gradient"]), tape.Gradient(value, x)!.AsSpan(), Tolerance, "gradient");
    }

    [Theory]
    [MemberData(nameof(Golden.Cases), File, MemberType = typeof(Golden))]
    public void Serialize_RecordedArguments_EqualsKeras(GoldenCase golden)
    {
        var json = golden.Json;
        var made = new JsonObject { ["class_name"] = json["class_name"]!.DeepClone(), ["config"] = json["constructor"]!.DeepClone() };
        var isConstraint = json["kind"]!.GetValue<string>() == "constraint";
        Golden.AssertSameJson(json["serialized"], isConstraint ? Constraint.Deserialize(made).Serialize() : Regularizer.Deserialize(made).Serialize());
        Golden.AssertSameJson(json["serialized"], isConstraint ? Constraint.Deserialize(Serialized(json)).Serialize() : Regularizer.Deserialize(Serialized(json)).Serialize());
    }

    private static JsonObject Serialized(JsonObject json) => json["serialized"]!.AsObject();
}
