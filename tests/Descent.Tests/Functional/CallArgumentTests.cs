using System.Text.Json.Nodes;
using Descent.Layers;

namespace Descent.Tests.Functional;

/// <summary>What a layer is called with beside its inputs: in models, and in files as Keras writes them.</summary>
public class CallArgumentTests
{
    private static readonly Tensor X = Draw([2, 4, 6], 1);

    [Fact]
    public void Attention_AllArguments_AreThoseOfACallAndAreWrittenUnderTheirNames()
    {
        var (x, pairs) = (Keras.Input([4, 6], name: "x"), Keras.Input([4, 4], dtype: DType.Bool, name: "pairs"));
        var attention = new MultiHeadAttention(2, 3) { Name = "attention" };
        var model = new Model([x, pairs], [.. attention.ApplyAll([x], pairs, new LayerCall { UseCausalMask = true, ReturnAttentionScores = true })]);
        Assert.Equal([-1, 2, 4, 4], model.Outputs[1].Shape.ToArray());

        var mask = Tensor.From([.. Enumerable.Range(0, 32).Select(i => i % 3 != 1)], [2, 4, 4]);
        var expected = attention.ApplyAll([X, X], new LayerCall(false) { AttentionMask = mask, UseCausalMask = true, ReturnAttentionScores = true });
        Assert.Equal(expected.Select(y => y.ToArray()), model.PredictAll(new Tensor[] { X, mask }).Select(y => y.ToArray()));

        var node = Node(model, "attention");
        Assert.Equal(["x", "x"], node["args"]!.AsArray().Select(From));
        Assert.Equal(["use_causal_mask", "return_attention_scores", "attention_mask"], node["kwargs"]!.AsObject().Select(a => a.Key).OrderDescending());
        Assert.Equal("pairs", From(node["kwargs"]!["attention_mask"]));
        AssertSameAfterReading(model, X, mask);
    }

    [Fact]
    public void Attention_ListOfInputs_IsOneArgument()
    {
        var (q, v) = (Keras.Input([3, 6], name: "q"), Keras.Input([4, 6], name: "v"));
        var model = new Model([q, v], [.. new Attention { Name = "attention" }.ApplyAll([q, v], new LayerCall { ReturnAttentionScores = true })]);
        Assert.Equal([-1, 3, 4], model.Outputs[1].Shape.ToArray());
        Assert.Equal(["q", "v"], Node(model, "attention")["args"]![0]!.AsArray().Select(From));
        AssertSameAfterReading(model, Draw([2, 3, 6], 2), X);
    }

    [Fact]
    public void Attention_SeveralAxes_ForetellsTheShapeOfScores()
    {
        var x = Keras.Input([3, 4, 5, 6]);
        var layer = new MultiHeadAttention(2, 3) { AttentionAxes = [1, 3] };
        var model = new Model(x, [.. layer.ApplyAll([x], new LayerCall { ReturnAttentionScores = true })]);
        Assert.Equal(model.Outputs[1].Shape[1..], model.PredictAll(Draw([2, 3, 4, 5, 6], 1))[1].Shape[1..]);
    }

    [Fact]
    public void Attention_MaskWithValues_CannotBeWritten()
    {
        var x = Keras.Input([4, 6]);
        var mask = Tensor.From([.. Enumerable.Range(0, 16).Select(i => i % 3 != 1)], [1, 4, 4]);
        var layer = new MultiHeadAttention(2, 3) { Name = "attention" };
        var model = new Model(x, layer.ApplyAll([x], new LayerCall { AttentionMask = mask })[0]);
        Assert.Equal(layer.ApplyAll([X], new LayerCall(false) { AttentionMask = mask })[0].ToArray(), model.Predict(X).ToArray());
        Assert.Contains("'attention' is a tensor with values", Assert.Throws<NotSupportedException>(model.GetConfig).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Recurrent_FirstStates_AreWrittenAsKerasTakesThem()
    {
        var (x, h, c) = (Keras.Input([4, 6], name: "x"), Keras.Input([3], name: "h"), Keras.Input([3], name: "c"));
        var model = new Model([x, h, c], new LSTM(3) { Name = "lstm" }.Apply([x, h, c]));
        var node = Node(model, "lstm");
        Assert.Equal(["x"], node["args"]!.AsArray().Select(From));
        Assert.Equal(["h", "c"], node["kwargs"]!["initial_state"]!.AsArray().Select(From));
        Golden.AssertSameJson(
            JsonNode.Parse("""{"shapes_dict": {"sequences_shape": [null, 4, 6], "initial_state_shape": [[null, 3], [null, 3]]}}"""),
            model.GetLayer("lstm").Serialize()["build_config"]);
        AssertSameAfterReading(model, X, Draw([2, 3], 2), Draw([2, 3], 3));
    }

    [Fact]
    public void Recurrent_MaskFromTheGraph_CountsAndIsWritten()
    {
        var (x, steps) = (Keras.Input([4, 6], name: "x"), Keras.Input([4], name: "steps"));
        var lstm = new LSTM(3) { Name = "lstm" };
        var model = new Model([x, steps], lstm.Apply(x, steps));
        var numbers = Tensor.From([1f, 1, 0, 1, 0, 1, 1, 0], [2, 4]);
        Assert.Equal(lstm.Apply(X, Ops.Cast(numbers, DType.Bool)).ToArray(), model.Predict(new Tensor[] { X, numbers }).ToArray());
        Assert.Equal("steps", From(Node(model, "lstm")["kwargs"]!["mask"]));
        AssertSameAfterReading(model, X, numbers);
    }

    [Fact]
    public void FromConfig_MaskThatKerasDerives_TravelsWithTheTensor()
    {
        var model = Model.FromConfig(KerasFile("ids", """{"mask": {"class_name": "__keras_tensor__", "config": {"shape": [null, 4], "dtype": "bool", "keras_history": ["any", 0, 0]}}}"""));
        var ids = Tensor.From([1, 2, 0, 0, 3, 0, 2, 1], [2, 4]);
        Assert.Equal(["ids", "embedding", "lstm"], model.Layers.Select(l => l.Name));
        var sequential = new Sequential([new Embedding(5, 2) { MaskZero = true }, new LSTM(3)]);
        sequential.Apply(ids);
        sequential.SetWeights(model.GetWeights());
        Assert.Equal(sequential.Predict(ids).ToArray(), model.Predict(ids).ToArray());
        sequential = new Sequential([new Embedding(5, 2), new LSTM(3)]);
        sequential.Apply(ids);
        sequential.SetWeights(model.GetWeights());
        Assert.NotEqual(sequential.Predict(ids).ToArray(), model.Predict(ids).ToArray());
    }

    [Fact]
    public void FromConfig_OperationsThatAreNotCarriedMasks_AreRefused()
    {
        const string Mask = """{"mask": {"class_name": "__keras_tensor__", "config": {"shape": [null, 4], "dtype": "bool", "keras_history": ["any", 0, 0]}}}""";
        AssertRefused(KerasFile("others", Mask), "Received: 'any' of class Any");
        AssertRefused(KerasFile("ids", Mask, from: "conv"), "Received: 'any' of class Any"); // a mask that the user gave: it does not pass this layer by itself
        AssertRefused(KerasFile("ids", Mask.Replace("\"mask\"", "\"attention_mask\"", StringComparison.Ordinal)), "Received: 'any' of class Any");
        AssertRefused(KerasFile("ids", Mask.Replace("\"mask\"", "\"initial_state\"", StringComparison.Ordinal)), "Received: 'any' of class Any");
        AssertRefused(KerasFile("ids", Mask.Replace("\"mask\"", "\"value_mask\"", StringComparison.Ordinal).Replace("any", "ids", StringComparison.Ordinal)), "'value_mask' from 'ids'");

        static void AssertRefused(JsonObject config, string message) =>
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => Model.FromConfig(config)).Message, StringComparison.Ordinal);
    }

    // What Keras writes for ids → Embedding(mask_zero=True) → LSTM, with one operation more, and a layer beside them that ends masks.
    private static JsonObject KerasFile(string maskOf, string arguments, string from = "embedding") => JsonNode.Parse($$$"""
        {"name": "m", "trainable": true, "layers": [
          {"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [null, 4], "dtype": "int32", "sparse": false, "name": "ids"}, "registered_name": null, "name": "ids", "inbound_nodes": []},
          {{{(maskOf == "ids" ? "" : """{"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [null, 4], "dtype": "int32", "name": "others"}, "name": "others", "inbound_nodes": []},""")}}}
          {"module": "keras.layers", "class_name": "Embedding", "config": {"name": "embedding", "trainable": true, "input_dim": 5, "output_dim": 2, "mask_zero": true}, "registered_name": null, "name": "embedding",
           "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {"shape": [null, 4], "dtype": "int32", "keras_history": ["ids", 0, 0]}}], "kwargs": {}}]},
          {"module": "keras.layers", "class_name": "Conv1D", "config": {"name": "conv", "filters": 2, "kernel_size": [1]}, "name": "conv",
           "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {"shape": [null, 4, 2], "dtype": "float32", "keras_history": ["embedding", 0, 0]}}], "kwargs": {}}]},
          {"module": "keras.src.ops.numpy", "class_name": "NotEqual", "config": {"name": "not_equal"}, "registered_name": "NotEqual", "name": "not_equal",
           "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {"shape": [null, 4], "dtype": "int32", "keras_history": ["{{{maskOf}}}", 0, 0]}}, 0], "kwargs": {}}]},
          {"module": "keras.src.ops.numpy", "class_name": "Any", "config": {"name": "any"}, "registered_name": "Any", "name": "any",
           "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {"shape": [null, 4], "dtype": "bool", "keras_history": ["not_equal", 0, 0]}}], "kwargs": {}}]},
          {"module": "keras.layers", "class_name": "LSTM", "config": {"name": "lstm", "trainable": true, "units": 3}, "registered_name": null, "name": "lstm",
           "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {"shape": [null, 4, 2], "dtype": "float32", "keras_history": ["{{{from}}}", 0, 0]}}], "kwargs": {{{arguments}}}}]}],
         "input_layers": [["ids", 0, 0]], "output_layers": [["lstm", 0, 0]]}
        """)!.AsObject();

    private static void AssertSameAfterReading(Model model, params Tensor[] data)
    {
        var read = Assert.IsType<Model>(Layer.Deserialize(JsonNode.Parse(model.Serialize().ToJsonString())!.AsObject()));
        Golden.AssertSameJson(model.Serialize(), read.Serialize());
        read.SetWeights(model.GetWeights());
        Assert.Equal(model.PredictAll(data).Select(t => t.ToArray()), read.PredictAll(data).Select(t => t.ToArray()));
    }

    private static JsonNode Node(Model model, string layer) =>
        model.GetConfig()["layers"]!.AsArray().First(l => (string)l!["name"]! == layer)!["inbound_nodes"]![0]!;

    private static string From(JsonNode? tensor) => (string)tensor!["config"]!["keras_history"]![0]!;

    private static Tensor Draw(Shape shape, int seed) => Tensor.From([.. Enumerable.Range(0, shape.Size).Select(i => MathF.Sin((i + seed) * 1.7f))], shape);
}
