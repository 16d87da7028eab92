using System.Text.Json.Nodes;

namespace Descent.Tests.Operations;

public sealed class ActivationGoldenTests
{
    // Both sides are float32; a few ulp of functions of a few steps.
    private const double Tolerance = 6e-6;

    public static TheoryData<GoldenCase> Cases => Golden.Cases("layers/activations");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Activation_RecordedCase_HasKerasValueAndGradient(GoldenCase golden)
    {
        var json = golden.Json;
        var x = Read(json["x"]);
        using var tape = new GradientTape();
        tape.Watch(x);
        var y = Apply(json["name"]!.GetValue<string>(), x, json["arguments"]);
        var gradient = tape.Gradient(y, [x], Read(json["upstream"]))[0]!;
        Golden.AssertClose(Golden.Floats(json["y"]), y.AsSpan(), Tolerance, "y");
        Golden.AssertClose(Golden.Floats(json["x_gradient"]), gradient.AsSpan(), Tolerance, "gradient");
    }

    private static Tensor Read(JsonNode? node) => Tensor.From(Golden.Floats(node), Golden.Shape(node));

    private static Tensor Apply(string name, Tensor x, JsonNode? arguments) => name switch
    {
        "relu" => Ops.Relu(x),
        "relu6" => Ops.Relu6(x),
        "leaky_relu" => Ops.LeakyRelu(x),
        "elu" => Ops.Elu(x),
        "selu" => Ops.Selu(x),
        "celu" => Ops.Celu(x),
        "gelu" => Ops.Gelu(x),
        "silu" or "swish" => Ops.Silu(x),
        "sigmoid" => Ops.Sigmoid(x),
        "hard_sigmoid" => Ops.HardSigmoid(x),
        "hard_silu" or "hard_swish" => Ops.HardSilu(x),
        "hard_tanh" => Ops.HardTanh(x),
        "hard_shrink" => Ops.HardShrink(x),
        "soft_shrink" => Ops.SoftShrink(x),
        "tanh" => Ops.Tanh(x),
        "tanh_shrink" => Ops.TanhShrink(x),
        "softplus" => Ops.Softplus(x),
        "softsign" => Ops.Softsign(x),
        "squareplus" => Ops.Squareplus(x),
        "exponential" => Ops.Exp(x),
        "linear" => x,
        "mish" => Ops.Mish(x),
        "log_sigmoid" => Ops.LogSigmoid(x),
        "sparse_plus" => Ops.SparsePlus(x),
        "sparse_sigmoid" => Ops.SparseSigmoid(x),
        "threshold" => Ops.Threshold(x, (float)arguments!["threshold"]!, (float)arguments["default_value"]!),
        "glu" => Ops.Glu(x),
        "softmax" => Ops.Softmax(x),
        "log_softmax" => Ops.LogSoftmax(x),
        "sparsemax" => Ops.Sparsemax(x),
        _ => throw new InvalidOperationException($"No activation is known by the name '{name}'."),
    };
}
