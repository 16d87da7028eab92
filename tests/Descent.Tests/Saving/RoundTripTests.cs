using System.IO.Compression;
using System.Text.Json.Nodes;
using Descent.Hdf5;
using Descent.Layers;
using Descent.Losses;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;
using Descent.Tests.Data;

namespace Descent.Tests.Saving;

/// <summary>What is saved here is what Keras would have saved, and goes on as if it had never been saved.</summary>
public class RoundTripTests
{
    public static TheoryData<string> Models() => [.. GoldenFile.Models];

    [Theory]
    [InlineData("{}", false)] // what Keras writes of a model that is not compiled
    [InlineData("""{"optimizer": null, "loss": "mse", "metrics": ["mae"]}""", true)] // and of one that is compiled to be evaluated alone
    public void Load_WithoutOptimizer_IsCompiledAsInKeras(string compiled, bool canBeEvaluated)
    {
        using var folder = new TemporaryFolder();
        var model = new Sequential([new Dense(1) { InputShape = [2] }]);
        model.Save(folder["m.keras"]);
        using (var archive = ZipFile.Open(folder["m.keras"], ZipArchiveMode.Update))
        {
            JsonObject json;
            using (var entry = archive.GetEntry("config.json")!.Open()) json = JsonNode.Parse(entry)!.AsObject();
            json["compile_config"] = JsonNode.Parse(compiled);
            archive.GetEntry("config.json")!.Delete();
            using var written = new StreamWriter(archive.CreateEntry("config.json").Open());
            written.Write(json.ToJsonString());
        }

        var loaded = Model.Load(folder["m.keras"]);
        var x = Tensor.From([1f, 2f], [1, 2]);
        Assert.Equal(model.Predict(x).ToArray(), loaded.Predict(x).ToArray());
        if (canBeEvaluated) Assert.True(double.IsFinite(loaded.Evaluate(x, Tensor.From([1f], [1, 1]), verbose: 0)["mae"]));
        else Assert.Throws<InvalidOperationException>(() => loaded.Evaluate(x, Tensor.From([1f], [1, 1]), verbose: 0));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Save_OfModelThatKerasSaved_HasTheSameConfigAndGroups(string name)
    {
        using var folder = new TemporaryFolder();
        var original = GoldenFile.Unpack(folder, name + ".keras");
        Model.Load(original).Save(folder["again.keras"]);
        Golden.AssertSameJson(Config(original), Config(folder["again.keras"]));
        Assert.Equal(Tree(Weights(folder, original, "1")), Tree(Weights(folder, folder["again.keras"], "2")));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Save_AsH5OfModelThatKerasSaved_HasTheSameGroupsAndAttributes(string name)
    {
        using var folder = new TemporaryFolder();
        var original = GoldenFile.Unpack(folder, name + ".h5");
        Model.Load(original).Save(folder["again.h5"]);
        Assert.Equal(Tree(original).Select(Unscoped).Order().Distinct(), Tree(folder["again.h5"]).Select(Unscoped).Order().Distinct());
        foreach (var attribute in new[] { "model_config", "training_config" })
            Golden.AssertSameJson(Plain(Attribute(original, attribute)), Plain(Attribute(folder["again.h5"], attribute)));

        // Whether the path of an inner optimizer's state begins with the outer one depends in Keras on who built it.
        static string Unscoped(string line) => line.Replace("loss_scale_optimizer/rm_sprop", "rm_sprop", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".keras")]
    [InlineData(".h5")]
    public void Save_OfModelWithDropout_GoesOnWithTheSameRandomNumbers(string ending)
    {
        using var folder = new TemporaryFolder();
        var (x, y) = (Tensor.Ones([8, 3]), Tensor.Ones([8, 1]));
        var model = new Sequential([new Dense(16) { InputShape = [3] }, new Dropout(0.5), new Dense(1)]);
        model.Compile("adam", "mse");
        model.TrainOnBatch(x, y);
        model.Save(folder["m" + ending]);
        var loaded = Model.Load(folder["m" + ending]);
        Assert.Equal(model.TrainOnBatch(x, y)["loss"], loaded.TrainOnBatch(x, y)["loss"]);
    }

    [Theory]
    [InlineData(".keras")]
    [InlineData(".h5")]
    public void Save_OfModelWithEverything_KeepsHowItIsCompiled(string ending)
    {
        using var folder = new TemporaryFolder();
        var x = Keras.Input([4], name: "x");
        var body = new Dense(3, "relu").Apply(x);
        var model = new Model(x, [new Dense(1) { Name = "a" }.Apply(body), new Dense(2, "softmax") { Name = "b" }.Apply(body)]);
        model.Compile(
            new Adam(new ExponentialDecay(1e-2, 100, 0.9)) { ClipNorm = 1 },
            loss: new() { ["a"] = new Huber(2), ["b"] = "sparse_categorical_crossentropy" },
            metrics: new() { ["a"] = ["mae", new Descent.Metrics.MeanSquaredError()], ["b"] = ["accuracy"] },
            lossWeights: [1, 0.5]);
        model.Optimizer!.Build(model.TrainableVariables);
        model.Save(folder["m" + ending]);
        var loaded = Model.Load(folder["m" + ending]);
        loaded.Save(folder["again" + ending]);
        Assert.Equal(File.ReadAllBytes(folder["m" + ending]), File.ReadAllBytes(folder["again" + ending]));
        Assert.IsType<Adam>(loaded.Optimizer);
        var (given, kept) = (model.Evaluate(Data(4), [Data(1), Tensor.From([0, 1, 1, 0, 1, 0, 0, 1], [8])]), loaded.Evaluate(Data(4), [Data(1), Tensor.From([0, 1, 1, 0, 1, 0, 0, 1], [8])]));
        Assert.Equal(given.ToString(), kept.ToString());
    }

    [Fact]
    public void Save_OfLossThatIsAFunction_ThrowsAndWritesNothing()
    {
        using var folder = new TemporaryFolder();
        var model = new Sequential([new Dense(1) { InputShape = [2] }]);
        model.Compile("sgd", Loss.From((t, p) => Ops.Abs(t - p)));
        Assert.ThrowsAny<Exception>(() => model.Save(folder["m.keras"]));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Root));
        model.Save(folder["m.keras"], new SaveOptions { IncludeOptimizer = false });
        Assert.Null(Model.Load(folder["m.keras"]).Optimizer);
    }

    [Fact]
    public void Load_OfModelOfAClassOfTheUsers_FindsItsLayersByAttributes()
    {
        KerasRegistry.Register<Residual>("Saving");
        using var folder = new TemporaryFolder();
        var model = new Residual { Name = "residual" };
        var x = Data(4);
        var expected = model.Predict(x).ToArray();
        model.Compile("adam", "mse");
        model.Save(folder["m.keras"]);
        var loaded = Assert.IsType<Residual>(Model.Load(folder["m.keras"]));
        Assert.Equal(expected, loaded.Predict(x).ToArray());

        // "layers" comes before "outer" in the alphabet, and lists it.
        Assert.Superset(new HashSet<string>(["inner/vars/0", "layers/dense_1/vars/0"]), new HashSet<string>(Tree(Weights(folder, folder["m.keras"], "1")).Select(l => l.Split(' ')[0])));
    }

    [Theory]
    [InlineData(".keras")]
    [InlineData(".weights.h5")]
    public void Save_OfGroupQueryAttention_HasTheGroupOfKeras(string ending)
    {
        using var folder = new TemporaryFolder();
        var (saved, other) = (Make(), Make());
        if (ending == ".keras") saved.Save(folder["m" + ending]);
        else saved.SaveWeights(folder["m" + ending]);
        var weights = ending == ".keras" ? Weights(folder, folder["m" + ending], "1") : folder["m" + ending];
        Assert.Contains(Tree(weights), l => l.StartsWith("layers/grouped_query_attention/", StringComparison.Ordinal));
        Assert.Equal(saved.Weights.Count, other.LoadWeights(folder["m" + ending]).Matched.Count);
        Assert.Equal(saved.Weights.Select(w => w.ToArray()), other.Weights.Select(w => w.ToArray()));

        static Model Make()
        {
            var x = Keras.Input([3, 4]);
            return new Model(x, new GroupQueryAttention(2, 4, 2).Apply([x, x]));
        }
    }

    [Fact]
    public void ToJson_ThenFromJson_GivesTheSameArchitecture()
    {
        var model = new Sequential([new Bidirectional(new LSTM(3)) { InputShape = [4, 2] }, new Dense(2)]);
        Golden.AssertSameJson(model.Serialize(), Model.FromJson(model.ToJson()).Serialize());
        Assert.Throws<InvalidDataException>(() => Model.FromJson("[]"));
        Assert.Throws<InvalidDataException>(() => Model.FromJson("{"));
    }

    private static Tensor Data(int features) => Tensor.From([.. Enumerable.Range(0, 8 * features).Select(i => MathF.Sin(i))], [8, features]);

    private static JsonNode? Config(string path) => Plain(System.Text.Encoding.UTF8.GetString(Entry(path, "config.json")));

    // Python's identities, and what is only ours.
    private static JsonNode? Plain(string json)
    {
        var node = JsonNode.Parse(json);
        Remove(node);
        return node;

        static void Remove(JsonNode? node)
        {
            if (node is JsonObject json)
            {
                json.Remove("shared_object_id");
                json.Remove("descent");
                foreach (var (_, value) in json) Remove(value);
            }
            else if (node is JsonArray array)
            {
                foreach (var value in array) Remove(value);
            }
        }
    }

    private static string Weights(TemporaryFolder folder, string archive, string name) => folder.Write(name, Entry(archive, "model.weights.h5"));

    private static byte[] Entry(string archive, string name)
    {
        using var zip = System.IO.Compression.ZipFile.OpenRead(archive);
        using var entry = zip.GetEntry(name)!.Open();
        var bytes = new MemoryStream();
        entry.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static string Attribute(string path, string name)
    {
        using var file = Hdf5File.Open(path);
        return file.Root.Attributes.GetString(name);
    }

    // Groups, datasets with shape and type, and the names of layers and weights.
    private static List<string> Tree(string path)
    {
        using var file = Hdf5File.Open(path);
        var lines = new List<string>();
        Visit(file.Root);
        return lines;

        void Visit(Hdf5Group group)
        {
            var names = string.Join(',', new[] { "name", "layer_names", "weight_names" }.Where(group.Attributes.Contains).SelectMany(a => group.Attributes.Kind(a) == Hdf5Kind.String ? group.Attributes.GetStrings(a) : ["none"]));
            lines.Add($"{group.Path.TrimStart('/')} [{names}]");
            foreach (var name in group.Names)
            {
                if (group[name] is Hdf5Group inner) Visit(inner);
                else if (group[name] is Hdf5Dataset dataset) lines.Add($"{dataset.Path.TrimStart('/')} {dataset.Kind}({string.Join(',', dataset.Dimensions)})");
            }
        }
    }

    private sealed class Residual : Model
    {
        private readonly Dense _inner;
        private readonly Dense _outer;

        public Residual() => (_inner, _outer) = (Track(new Dense(4, "relu"), "inner"), Track(new Dense(4), "outer"));

        public override Tensor Call(Tensor x, bool training = false) => x + _outer.Apply(_inner.Apply(x, training), training);

        public static new Residual FromConfig(JsonObject config) => new() { Name = config["name"]!.GetValue<string>() };
    }
}
