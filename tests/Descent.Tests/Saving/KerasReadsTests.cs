using System.Text.Json.Nodes;
using Descent.Hdf5;
using Descent.Layers;
using Descent.Tests.Data;
using Descent.Training;

namespace Descent.Tests.Saving;

/// <summary>What Keras itself demands of files, found by opening ours with it (<c>tests/keras</c>).</summary>
public class KerasReadsTests
{
    [Fact]
    public void SaveWeights_OfGroupQueryAttention_UsesTheNameInKerasCode()
    {
        using var folder = new TemporaryFolder();
        var x = Keras.Input([3, 4]);
        var model = new Model(x, new GroupQueryAttention(2, 4, 2).Apply([x, x]));
        model.SaveWeights(folder["m.weights.h5"]);
        using var file = Hdf5File.Open(folder["m.weights.h5"]);
        Assert.Equal([4, 4, 2], file.Root.Dataset("layers/grouped_query_attention/_query_dense/vars/0").Dimensions);

        model.Save(folder["m.h5"]);
        Assert.Contains("\"GroupedQueryAttention\"", Attribute(folder["m.h5"], "model_config"), StringComparison.Ordinal);
        Assert.Equal(model.Predict(Data).ToArray(), Model.Load(folder["m.h5"]).Predict(Data).ToArray());
    }

    [Fact]
    public void Save_AsH5OfOperations_IsReadWithoutModules()
    {
        using var folder = new TemporaryFolder();
        var ids = Keras.Input([3], dtype: DType.Int32);
        var embedded = new Embedding(5, 4) { MaskZero = true }.Apply(ids);
        var both = new Concatenate().Apply([embedded, new Dense(2).Apply(embedded)]) * 2.0 + 1.0;
        var buckets = new Flatten().Apply(new CategoryEncoding(5) { OutputMode = "multi_hot" }.Apply(ids));
        var model = new Model(ids, [new LSTM(2).Apply(new Concatenate().Apply([embedded, embedded])), both, buckets]);
        model.Save(folder["m.h5"]);
        Assert.Contains("\"NotEqual\"", Attribute(folder["m.h5"], "model_config"), StringComparison.Ordinal);
        var loaded = Model.Load(folder["m.h5"]);
        var x = Tensor.From([1, 2, 0, 3, 0, 0], [2, 3]);
        Assert.Equal(model.PredictAll(x).SelectMany(y => y.ToArray()), loaded.PredictAll(x).SelectMany(y => y.ToArray()));
        Golden.AssertSameJson(model.Serialize(), loaded.Serialize());
    }

    [Theory]
    [InlineData(".h5", "MeanSquaredError", "huber")]
    [InlineData(".keras", "mse", "huber")]
    public void Save_OfLossesByName_WritesObjectsWhereKerasFindsNoShortNames(string ending, string first, string second)
    {
        using var folder = new TemporaryFolder();
        var model = TwoOutputs(["mse", "huber"]);
        model.Save(folder["m" + ending]);
        var losses = Compiled(folder["m" + ending])["loss"]!.AsArray();
        Assert.Equal([first, second], losses.Select(l => l is JsonObject json ? (string?)json["class_name"] : (string?)l));
    }

    [Fact]
    public void Load_OfListsWithNull_LeavesThoseOutputsWithout()
    {
        using var folder = new TemporaryFolder();
        var model = TwoOutputs(["mse", new CompileLoss()], metrics: [new CompileMetric(), ["mae"]]);
        model.Save(folder["m.keras"]);
        var compiled = Compiled(folder["m.keras"]);
        Assert.Equal("""["mse",null]""", compiled["loss"]!.ToJsonString());
        Assert.Equal("""[null,["mae"]]""", compiled["metrics"]!.ToJsonString());

        var loaded = Model.Load(folder["m.keras"]);
        var targets = model.PredictAll(Data).Select(y => y + 1).ToArray();
        var result = loaded.Evaluate(Data, targets);
        Assert.Equal(1, result.Loss, 5);
        Assert.Equal(model.Evaluate(Data, targets).ToString(), result.ToString());
    }

    private static Tensor Data => Tensor.From([.. Enumerable.Range(0, 24).Select(i => MathF.Sin(i))], [2, 3, 4]);

    private static Model TwoOutputs(CompileLoss loss, CompileMetric? metrics = null)
    {
        var x = Keras.Input([3, 4]);
        var model = new Model(x, [new Dense(1).Apply(x), new Dense(2).Apply(x)]);
        model.Compile("sgd", loss, metrics);
        return model;
    }

    private static JsonObject Compiled(string path)
    {
        if (path.EndsWith(".h5", StringComparison.Ordinal)) return JsonNode.Parse(Attribute(path, "training_config"))!.AsObject();
        using var zip = System.IO.Compression.ZipFile.OpenRead(path);
        using var entry = zip.GetEntry("config.json")!.Open();
        return JsonNode.Parse(entry)!["compile_config"]!.AsObject();
    }

    private static string Attribute(string path, string name)
    {
        using var file = Hdf5File.Open(path);
        return file.Root.Attributes.GetString(name);
    }
}
