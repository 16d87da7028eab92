using System.Text.Json.Nodes;
using Descent.Layers;

namespace Descent.Tests.Functional;

public class FunctionalConfigTests
{
    [Fact]
    public void GetConfig_SharedAndNested_IsInKerasForm()
    {
        var inner = Keras.Input([4], name: "inner_input");
        var nested = new Model(inner, new Dense(4) { Name = "inner_dense" }.Apply(inner), name: "nested");
        var (a, b) = (Keras.Input([3], name: "a"), Keras.Input([3], name: "b"));
        var shared = new Dense(4) { Name = "shared" };
        var sum = new Add { Name = "sum" }.Apply([shared.Apply(a), nested.Apply(shared.Apply(b))]);
        var model = new Model([a, b], [nested.Apply(sum), sum], name: "net");

        var config = model.GetConfig();
        Assert.Equal(["name", "trainable", "layers", "input_layers", "output_layers"], config.Select(p => p.Key));
        var layers = config["layers"]!.AsArray();
        Assert.Equal(["b", "a", "shared", "nested", "sum"], layers.Select(l => (string)l!["name"]!).OrderBy(n => Array.IndexOf(["b", "a", "shared", "nested", "sum"], n)));
        AssertJson("""[["a", 0, 0], ["b", 0, 0]]""", config["input_layers"]);

        // Keras counts the uses of a functional model from 1 here, and here alone.
        AssertJson("""[["nested", 2, 0], ["sum", 0, 0]]""", config["output_layers"]);
        AssertJson("""
            [{"args": [[
                {"class_name": "__keras_tensor__", "config": {"shape": [null, 4], "dtype": "float32", "keras_history": ["shared", 0, 0]}},
                {"class_name": "__keras_tensor__", "config": {"shape": [null, 4], "dtype": "float32", "keras_history": ["nested", 0, 0]}}]],
              "kwargs": {}}]
            """, Layer(layers, "sum")["inbound_nodes"]);
        Assert.Equal(2, Layer(layers, "shared")["inbound_nodes"]!.AsArray().Count);
        AssertJson("[]", Layer(layers, "a")["inbound_nodes"]);
        AssertJson("""{"input_shape": [[null, 4], [null, 4]]}""", Layer(layers, "sum")["build_config"]);
        AssertJson("""{"input_shape": null}""", Layer(layers, "nested")["build_config"]);
        Assert.Equal(("keras.src.models.functional", "Functional", "Functional"), Kind(Layer(layers, "nested")));
        Assert.Equal(("keras.src.models.functional", "Functional", "Functional"), Kind(model.Serialize()));

        AssertSameAfterReading(model, [Numbers(2, 3), Numbers(2, 3)]);
    }

    [Fact]
    public void GetConfig_OneTensorAListOrNames_AreToldApart()
    {
        var x = Keras.Input([3], name: "x");
        var y = new Dense(1) { Name = "y" }.Apply(x);
        AssertJson("""["x", 0, 0]""", new Model(x, y).GetConfig()["input_layers"]);
        AssertJson("""[["x", 0, 0]]""", new Model([x], [y]).GetConfig()["input_layers"]);
        var named = new Model(new() { ["x"] = x }, new() { ["first"] = y });
        AssertJson("""{"first": ["y", 0, 0]}""", named.GetConfig()["output_layers"]);
        Assert.Equal(["first"], named.OutputNames!);
        AssertSameAfterReading(named, [Numbers(2, 3)]);
    }

    [Fact]
    public void GetConfig_TrainingArgumentAndFrozenLayer_AreKept()
    {
        var x = Keras.Input([3], name: "x");
        var model = new Model(x, new Dropout(0.5) { Name = "drop" }.Apply(new Dense(3) { Name = "d", Trainable = false }.Apply(x), training: false));
        var layers = model.GetConfig()["layers"]!.AsArray();
        AssertJson("""{"training": false}""", Layer(layers, "drop")["inbound_nodes"]![0]!["kwargs"]);
        var read = Model.FromConfig(model.GetConfig());
        Assert.Empty(read.TrainableVariables);
        AssertSameAfterReading(model, [Numbers(2, 3)]);
    }

    [Fact]
    public void FromConfig_LayersInAnyOrder_AreConnected()
    {
        // A(B(A(x))): the second use of a needs b, which stands behind it and needs the first.
        var x = Keras.Input([3], name: "x");
        var (a, b) = (new Dense(3) { Name = "a" }, new Dense(3) { Name = "b" });
        var model = new Model(x, a.Apply(b.Apply(a.Apply(x))));
        AssertSameAfterReading(model, [Numbers(2, 3)]);
    }

    [Fact]
    public void FromConfig_FormOfKeras2_IsRead()
    {
        var model = Model.FromConfig(Parse("""
            {"name": "model_1", "layers": [
              {"name": "in", "class_name": "InputLayer", "config": {"batch_input_shape": [null, 3], "dtype": "float32", "sparse": false, "name": "in"}, "inbound_nodes": []},
              {"name": "d", "class_name": "Dense", "config": {"name": "d", "trainable": true, "units": 3, "activation": "relu", "use_bias": true}, "inbound_nodes": [[["in", 0, 0, {}]], [["d", 0, 0, {}]]]},
              {"name": "add", "class_name": "Add", "config": {"name": "add", "trainable": true}, "inbound_nodes": [[["d", 0, 0, {}], ["d", 1, 0, {}]]]}],
             "input_layers": [["in", 0, 0]], "output_layers": [["add", 0, 0]]}
            """));
        var d = model.GetLayer("d");
        var x = Numbers(2, 3);
        Assert.Equal((d.Apply(x) + d.Apply(d.Apply(x))).ToArray(), model.Predict(x).ToArray());
    }

    [Fact]
    public void GetConfig_MasksThroughConcatenate_AreOperationsAsInKeras()
    {
        var model = Masked();
        var layers = model.GetConfig()["layers"]!.AsArray();
        Assert.Equal(
            ["NotEqual", "ExpandDims", "ZerosLike", "LogicalOr", "ExpandDims", "ZerosLike", "LogicalOr", "Concatenate", "Any"],
            layers.Where(l => (string?)l!["module"] == "keras.src.ops.numpy").Select(l => (string)l!["class_name"]!));

        // Keras would make an operation of the layer's name.
        AssertJson("""{"name": "concatenate_1", "axis": -1}""", Layer(layers, "concatenate_1")["config"]);
        AssertJson("""{"mask": {"class_name": "__keras_tensor__", "config": {"shape": [null, 5], "dtype": "bool", "keras_history": ["any", 0, 0]}}}""", Layer(layers, "lstm")["inbound_nodes"]![0]!["kwargs"]);
        AssertSameAfterReading(model, [Tensor.From([3, 1, 4, 0, 0, 2, 0, 5, 6, 1], [2, 5]), Numbers(2, 4)]);
    }

    [Fact]
    public void Layers_BesideMasks_StandInKerasOrder() =>
        Assert.Equal( // as Keras 3.16 has them: what makes masks counts as far as layers do
            ["ids", "embedding", "inner", "x", "d0", "d1", "concatenate", "d2", "lstm", "d3", "add"],
            Masked().Layers.Select(l => l.Name));

    [Fact]
    public void GetConfig_MaskThatNobodyTakes_IsNotWritten()
    {
        var x = Keras.Input([5], dtype: DType.Int32);
        var model = new Model(x, new Flatten().Apply(new Embedding(9, 4) { MaskZero = true }.Apply(x)));
        Assert.Equal(3, model.GetConfig()["layers"]!.AsArray().Count);
    }

    [Fact]
    public void Layers_OutputsWithNames_StandInTheOrderOfTheNames()
    {
        var x = Keras.Input([3], name: "x");
        var model = new Model(x, new() { ["b"] = new Dense(1) { Name = "first" }.Apply(x), ["a"] = new Dense(2) { Name = "second" }.Apply(x) });
        Assert.Equal(["x", "second", "first"], model.Layers.Select(l => l.Name));
        Assert.Equal(["b", "a"], model.OutputNames!);
    }

    [Fact]
    public void FromConfig_NumberAmongTheInputsOfALayer_Throws()
    {
        // The operation of this name takes a number; a layer, which says whether it is trained, does not.
        var config = Parse("""
            {"name": "m", "layers": [
              {"name": "in", "class_name": "InputLayer", "config": {"batch_shape": [null, 3], "name": "in"}, "inbound_nodes": []},
              {"name": "multiply", "class_name": "Multiply", "config": {"name": "multiply", "trainable": true}, "inbound_nodes": [
                {"args": [{"class_name": "__keras_tensor__", "config": {"shape": [null, 3], "dtype": "float32", "keras_history": ["in", 0, 0]}}, 2.0], "kwargs": {}}]}],
             "input_layers": [["in", 0, 0]], "output_layers": [["multiply", 0, 0]]}
            """);
        Assert.Contains("'multiply' must have arguments that are known here. Received: 2.0", Assert.Throws<ArgumentException>(() => Model.FromConfig(config)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GetConfig_FixedBatch_IsInTheShapesThatLayersWereBuiltFor()
    {
        // Without it Keras refuses layers with states.
        var x = Keras.Input([5, 4], batchSize: 2);
        AssertJson("""{"input_shape": [2, 5, 4]}""", Layer(new Model(x, new LSTM(3) { Stateful = true }.Apply(x)).GetConfig()["layers"]!.AsArray(), "lstm")["build_config"]);
        var sequential = new Sequential([new InputLayer([5, 4], batchSize: 2), new LSTM(3) { Stateful = true }]);
        AssertJson("""{"input_shape": [2, 5, 4]}""", sequential.GetConfig()["layers"]![1]!["build_config"]);
        AssertJson("""{"input_shape": [null, 5, 4]}""", new Sequential([new InputLayer([5, 4]), new LSTM(3)]).GetConfig()["layers"]![1]!["build_config"]);
    }

    [Theory]
    [InlineData("""[["b", 0, 0, {}]]""", """[["a", 0, 0, {}]]""", "must not have loops or gaps. Received: 'a' needs 'b'; 'b' needs 'a'.")]
    [InlineData("""[["in", 0, 0, {}]]""", """[["c", 0, 0, {}]]""", "must read from layers of the model. Received: 'c'.")]
    [InlineData("""[["in", 0, 0, {}]]""", """[["a", 0, 1, {}]]""", "Layer 'a' has 1 outputs. Received: a reference to output 1")]
    [InlineData("""[["in", 0, 0, {}]]""", """[["a"]]""", "An inbound node of 'b' must name what it reads")]
    [InlineData("""[["in", 0, 0, {}]]""", """[["a", 3, 0, {}]]""", "'b' needs 'a'")]
    public void FromConfig_BadGraph_NamesTheLayer(string a, string b, string message)
    {
        var config = Parse($$"""
            {"name": "m", "layers": [
              {"name": "in", "class_name": "InputLayer", "config": {"batch_shape": [null, 3], "name": "in"}, "inbound_nodes": []},
              {"name": "a", "class_name": "Rescaling", "config": {"name": "a", "scale": 2.0}, "inbound_nodes": [{{a}}]},
              {"name": "b", "class_name": "Rescaling", "config": {"name": "b", "scale": 2.0}, "inbound_nodes": [{{b}}]}],
             "input_layers": [["in", 0, 0]], "output_layers": [["b", 0, 0]]}
            """);
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => Model.FromConfig(config)).Message, StringComparison.Ordinal);
    }

    // Ids that are masked, in two parts, beside a deep branch.
    private static Model Masked()
    {
        var (ids, x) = (Keras.Input([5], dtype: DType.Int32, name: "ids"), Keras.Input([4], name: "x"));
        var embedded = new Embedding(9, 4) { MaskZero = true }.Apply(ids);
        var both = new Concatenate().Apply([embedded, new Dense(2) { Name = "inner" }.Apply(embedded)]);
        var deep = x;
        for (var i = 0; i < 4; i++) deep = new Dense(3) { Name = $"d{i}" }.Apply(deep);
        return new Model([ids, x], new Add().Apply([new LSTM(3).Apply(both), deep]));
    }

    private static void AssertSameAfterReading(Model model, Tensors data)
    {
        var json = JsonNode.Parse(model.Serialize().ToJsonString())!.AsObject();
        var read = Assert.IsType<Model>(Descent.Layers.Layer.Deserialize(json));
        Golden.AssertSameJson(model.Serialize(), read.Serialize());
        read.SetWeights(model.GetWeights());
        Assert.Equal(model.PredictAll(data).Select(t => t.ToArray()), read.PredictAll(data).Select(t => t.ToArray()));
    }

    private static JsonObject Layer(JsonArray layers, string name) => layers.First(l => (string)l!["name"]! == name)!.AsObject();

    private static (string?, string?, string?) Kind(JsonObject json) => ((string?)json["module"], (string?)json["class_name"], (string?)json["registered_name"]);

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    private static void AssertJson(string expected, JsonNode? actual) => Golden.AssertSameJson(JsonNode.Parse(expected), actual);

    private static Tensor Numbers(int rows, int columns) => Tensor.From([.. Enumerable.Range(0, rows * columns).Select(i => MathF.Sin(i * 1.7f))], [rows, columns]);
}
