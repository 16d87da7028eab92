using System.Text.Json.Nodes;
using Descent.Layers;

namespace Descent.Tests.Functional;

// Arithmetic with symbolic tensors, as Keras writes it, and what else Keras computes between layers.
public class OperationTests
{
    private static readonly Tensor X = Tensor.From([.. Enumerable.Range(0, 24).Select(i => MathF.Sin(i * 1.7f))], [2, 3, 4]);

    public static TheoryData<string> Arithmetic() => [.. Cases.Keys];

    private static readonly Dictionary<string, (Func<KerasTensor, KerasTensor, KerasTensor> Symbolic, Func<Tensor, Tensor, Tensor> Expected)> Cases = new()
    {
        ["x + y"] = ((x, y) => x + y, (x, y) => x + y),
        ["x - y"] = ((x, y) => x - y, (x, y) => x - y),
        ["x * y"] = ((x, y) => x * y, (x, y) => x * y),
        ["x / y"] = ((x, y) => x / y, (x, y) => x / y),
        ["x + 2"] = ((x, _) => x + 2, (x, _) => x + 2f),
        ["x - 2"] = ((x, _) => x - 2, (x, _) => x - 2f),
        ["x * 2"] = ((x, _) => x * 2, (x, _) => x * 2f),
        ["x / 3"] = ((x, _) => x / 3, (x, _) => x / 3f),
        ["2 + x"] = ((x, _) => 2 + x, (x, _) => 2f + x),
        ["1.0 - x"] = ((x, _) => 1.0 - x, (x, _) => 1f - x),
        ["2 * x"] = ((x, _) => 2 * x, (x, _) => 2f * x),
        ["1 / x"] = ((x, _) => 1 / x, (x, _) => 1f / x),
        ["-x"] = ((x, _) => -x, (x, _) => -x),
        ["1 - x * y / 2"] = ((x, y) => 1 - x * y / 2, (x, y) => 1f - x * y / 2f),
    };

    [Theory]
    [MemberData(nameof(Arithmetic))]
    public void Arithmetic_OfSymbolicTensors_IsComputedWrittenAndRead(string which)
    {
        var (symbolic, expected) = Cases[which];
        var (x, y) = (Keras.Input([3, 4], name: "x"), Keras.Input([3, 4], name: "y"));
        var result = symbolic(x, y);
        Assert.Equal([-1, 3, 4], result.Shape.ToArray());
        var model = new Model([x, y], result);
        Assert.Equal(expected(X, X * 0.5f + 2f).ToArray(), model.Predict([X, X * 0.5f + 2f]).ToArray());
        Assert.Equal(["x", "y"], model.Layers.Select(l => l.Name).Order()); // to users they are no layers
        AssertSameAfterReading(model, X, X * 0.5f + 2f);
    }

    [Fact]
    public void Arithmetic_Written_IsInKerasForm()
    {
        var x = Keras.Input([3, 4], name: "x");
        var layers = new Model(x, 1 - (x + x)).GetConfig()["layers"]!.AsArray();
        Golden.AssertSameJson(
            JsonNode.Parse("""
            {"module": "keras.src.ops.numpy", "class_name": "Add", "config": {"name": "add"}, "registered_name": "Add", "name": "add", "inbound_nodes": [{"args": [
                {"class_name": "__keras_tensor__", "config": {"shape": [null, 3, 4], "dtype": "float32", "keras_history": ["x", 0, 0]}},
                {"class_name": "__keras_tensor__", "config": {"shape": [null, 3, 4], "dtype": "float32", "keras_history": ["x", 0, 0]}}], "kwargs": {}}]}
            """),
            layers[1]);
        Golden.AssertSameJson(
            JsonNode.Parse("""
            {"module": "keras.src.ops.numpy", "class_name": "Subtract", "config": {"name": "subtract"}, "registered_name": "Subtract", "name": "subtract", "inbound_nodes": [{"args": [1,
                {"class_name": "__keras_tensor__", "config": {"shape": [null, 3, 4], "dtype": "float32", "keras_history": ["add", 0, 0]}}], "kwargs": {}}]}
            """),
            layers[2]);
    }

    [Fact]
    public void Arithmetic_OfShapesThatBroadcast_FollowsNumPy()
    {
        var (x, y) = (Keras.Input([3, 4]), Keras.Input([1, 4]));
        Assert.Equal([-1, 3, 4], (x * y).Shape.ToArray());
        Assert.Equal([-1, 5, 4], (Keras.Input([-1, 4]) * Keras.Input([5, 4])).Shape.ToArray());
        Assert.Contains("(None, 3, 4) and (None, 3)", Assert.Throws<ArgumentException>(() => x + Keras.Input([3])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arithmetic_InAModelThatLearns_PassesGradients()
    {
        var x = Keras.Input([3, 4]);
        var gate = new Dense(4, "sigmoid").Apply(x);
        var model = new Model(x, gate * x + (1 - gate) * new Dense(4).Apply(x));
        model.Compile("sgd", "mse");
        var first = model.Evaluate(X, X * 2f).Loss;
        model.Fit(X, X * 2f, epochs: 5, verbose: 0);
        Assert.True(model.Evaluate(X, X * 2f).Loss < first);
        Assert.Contains("multiply_1 (Multiply)", Summary(model), StringComparison.Ordinal);
    }

    [Fact]
    public void Arithmetic_WithAMask_EndsItAsInKeras()
    {
        var x = Keras.Input([3, 4]);
        var masked = new Masking().Apply(x);
        Assert.Equal(2, masked.MaskRank);
        Assert.Equal(0, (masked * 2).MaskRank);
        Assert.Null(new Model(x, masked * 2).Apply(X).Mask);
    }

    public static TheoryData<string, string, string, string> FromKeras() => new()
    {
        // class, config, arguments behind the tensor, what comes out for X
        { "Mean", """, "axis": -1, "keepdims": false""", "", "(None, 3)" },
        { "Mean", """, "axis": [1, 2], "keepdims": true""", "", "(None, 1, 1)" },
        { "Sum", """, "axis": 1, "keepdims": false""", "", "(None, 4)" },
        { "Max", """, "axis": 1, "keepdims": false, "initial": null""", "", "(None, 4)" },
        { "Reshape", """, "newshape": [-1, 12]""", "", "(None, 12)" },
        { "Transpose", """, "axes": [0, 2, 1]""", "", "(None, 4, 3)" },
        { "ExpandDims", """, "axis": 1""", "", "(None, 1, 3, 4)" },
        { "Power", "", ", 2", "(None, 3, 4)" },
        { "Exp", "", "", "(None, 3, 4)" },
        { "GetItem", "", """, [{"class_name": "__slice__", "config": {"start": null, "stop": null, "step": null}}, 0]""", "(None, 4)" },
        { "GetItem", "", """, [{"class_name": "__ellipsis__", "config": {}}, {"class_name": "__slice__", "config": {"start": 1, "stop": -1, "step": null}}]""", "(None, 3, 2)" },
        { "GetItem", "", """, [{"class_name": "__slice__", "config": {"start": null, "stop": null, "step": null}}, null, {"class_name": "__slice__", "config": {"start": null, "stop": 9, "step": 2}}]""", "(None, 1, 2, 4)" },
    };

    [Theory]
    [MemberData(nameof(FromKeras))]
    public void FromConfig_OperationOfKeras_IsComputedAndWrittenAsItWas(string kind, string config, string arguments, string shape)
    {
        var json = KerasFile(kind, "numpy", config, arguments);
        var model = Model.FromConfig(json);
        Assert.Equal(shape, model.OutputShape!.ToString());
        Golden.AssertSameJson(json["layers"]![1], model.GetConfig()["layers"]![1]);
        var expected = kind switch
        {
            "Mean" => Ops.Mean(X, config.Contains("-1", StringComparison.Ordinal) ? [-1] : [1, 2], config.Contains("true", StringComparison.Ordinal)),
            "Sum" => Ops.Sum(X, [1]),
            "Max" => Ops.Max(X, [1]),
            "Reshape" => Ops.Reshape(X, [2, 12]),
            "Transpose" => Ops.Transpose(X, [0, 2, 1]),
            "ExpandDims" => Ops.Reshape(X, [2, 1, 3, 4]),
            "Power" => Ops.Power(X, 2f),
            "Exp" => Ops.Exp(X),
            _ when arguments.Contains("null}}, 0]", StringComparison.Ordinal) => Ops.Reshape(Ops.Slice(X, .., 0..1), [2, 4]),
            _ when arguments.Contains("ellipsis", StringComparison.Ordinal) => Ops.Slice(X, .., .., 1..3),
            _ => Ops.Reshape(Ops.Concatenate([Ops.Slice(X, .., 0..1), Ops.Slice(X, .., 2..3)], 1), [2, 1, 2, 4]),
        };
        Assert.Equal(expected.Shape, model.Predict(X).Shape);
        Assert.Equal(expected.ToArray(), model.Predict(X).ToArray());
    }

    [Theory]
    [InlineData("Einsum", """, "subscripts": "ab->ba" """, "", "'op' of class Einsum")]
    [InlineData("Add", "", ", \"one\"", "Operation 'op' of class Add cannot be read. An operation must be called with tensors")]
    [InlineData("Mean", """, "axes": 1""", "", "Operation 'op' of class Mean cannot be read.")]
    [InlineData("Max", """, "axis": 1, "initial": 3""", "", "Argument 'initial' of Max must be null. Received: 3.")]
    [InlineData("GetItem", "", """, {"class_name": "__slice__", "config": {"start": null, "stop": null, "step": -1}}""", "slices with a positive step")]
    public void FromConfig_OperationThatIsNotKnown_IsNamed(string kind, string config, string arguments, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => Model.FromConfig(KerasFile(kind, "numpy", config, arguments))).Message, StringComparison.Ordinal);

    [Fact]
    public void FromConfig_OperationsOfSeveralTensors_AreRead()
    {
        const string Tensor1 = """{"class_name": "__keras_tensor__", "config": {"shape": [null, 3, 4], "dtype": "float32", "keras_history": ["x", 0, 0]}}""";
        var json = KerasFile("Concatenate", "numpy", """, "axis": -1""", "");
        json["layers"]![1]!["inbound_nodes"]![0]!["args"] = JsonNode.Parse($"[[{Tensor1}, {Tensor1}]]");
        var model = Model.FromConfig(json);
        Assert.Equal(Ops.Concatenate([X, X]).ToArray(), model.Predict(X).ToArray());
        Golden.AssertSameJson(json["layers"]![1], model.GetConfig()["layers"]![1]);
        json = KerasFile("Matmul", "numpy", "", $", {Tensor1}");
        json["layers"]![0]!["config"]!["batch_shape"] = new JsonArray(null, 3, 3);
        var square = Ops.Slice(X, .., .., ..3);
        Assert.Equal(Ops.MatMul(square, square).ToArray(), Model.FromConfig(json).Predict(square).ToArray());
        Assert.Equal(Ops.Softmax(X).ToArray(), Model.FromConfig(KerasFile("Softmax", "nn", """, "axis": -1""", "")).Predict(X).ToArray());
    }

    private static JsonObject KerasFile(string kind, string module, string config, string arguments) => JsonNode.Parse($$$"""
        {"name": "m", "trainable": true, "layers": [
          {"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [null, 3, 4], "dtype": "float32", "sparse": false, "ragged": false, "name": "x"}, "registered_name": null, "name": "x", "inbound_nodes": []},
          {"module": "keras.src.ops.{{{module}}}", "class_name": "{{{kind}}}", "config": {"name": "op"{{{config}}}}, "registered_name": "{{{kind}}}", "name": "op",
           "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {"shape": [null, 3, 4], "dtype": "float32", "keras_history": ["x", 0, 0]}}{{{arguments}}}], "kwargs": {}}]}],
         "input_layers": [["x", 0, 0]], "output_layers": [["op", 0, 0]]}
        """)!.AsObject();

    private static string Summary(Model model)
    {
        var text = new StringWriter();
        model.Summary(text);
        return text.ToString();
    }

    private static void AssertSameAfterReading(Model model, params Tensor[] data)
    {
        var read = Assert.IsType<Model>(Layer.Deserialize(JsonNode.Parse(model.Serialize().ToJsonString())!.AsObject()));
        Golden.AssertSameJson(model.Serialize(), read.Serialize());
        Assert.Equal(model.PredictAll(data).Select(t => t.ToArray()), read.PredictAll(data).Select(t => t.ToArray()));
    }
}
