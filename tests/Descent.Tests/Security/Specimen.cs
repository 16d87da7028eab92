using System.Text;
using System.Text.Json.Nodes;
using Descent.Callbacks;
using Descent.Data;
using Descent.Layers;
using Descent.Optimizers;
using Descent.Saving;
using Descent.Tests.Data;
using Descent.Tests.Layers;

namespace Descent.Tests.Security;

/// <summary>A file of one kind, how it is damaged, and what reads it.</summary>
/// <param name="File">The name, by whose ending readers know it.</param>
/// <param name="Bytes">The content when it is whole.</param>
/// <param name="Damage">Makes another content of it; the second argument is another specimen's.</param>
/// <param name="Read">Reads the file of a path.</param>
internal sealed record Specimen(string File, byte[] Bytes, Func<byte[], byte[], Random, byte[]> Damage, Action<string> Read)
{
    private static readonly DType?[] Types = [null, DType.Float32, DType.Int32];

    /// <summary>One or more of each kind that is read.</summary>
    /// <param name="folder">Where files may be made.</param>
    /// <param name="into">The model into which weights are loaded.</param>
    public static IEnumerable<Specimen> All(TemporaryFolder folder, Model into)
    {
        into.Save(folder["m.keras"]);
        into.Save(folder["m.h5"]);
        foreach (var name in new[] { "m.weights.h5", "m.safetensors", "m.npz" }) into.SaveWeights(folder[name]);
        var keras = Take(folder, "m.keras");
        yield return new("m.keras", keras, Mutation.OfBytes, path => Model.Load(path));
        foreach (var (file, bytes) in new[] { ("m.keras", keras), ("conv.keras", Golden("cnn_sgd.keras")), ("lstm.keras", Golden("lstm_rmsprop.keras")), ("multi.keras", Golden("mlp_multi.keras")) })
            yield return new(file, bytes, (whole, other, random) => InsideZip(whole, other, random), path => Model.Load(path));
        yield return new("w.keras", keras, (whole, other, random) => InsideZip(whole, other, random), path => into.LoadWeights(path, new LoadOptions { IncludeOptimizer = true }));
        var weights = Take(folder, "m.weights.h5");
        yield return new("m.weights.h5", weights, Mutation.OfBytes, path => into.LoadWeights(path, new LoadOptions { IncludeOptimizer = true }));
        yield return new("some.weights.h5", weights, Mutation.OfBytes, path => into.LoadWeights(path, new LoadOptions { Strict = false, ByName = true }));
        var whole = Take(folder, "m.h5");
        yield return new("m.h5", whole, Mutation.OfBytes, path => Model.Load(path));
        yield return new("w.h5", whole, Mutation.OfBytes, path => into.LoadWeights(path, new LoadOptions { IncludeOptimizer = true }));
        yield return new("keras2.h5", [], (_, _, random) => OldModel("2.3.1", random), path => Model.Load(path));
        yield return new("keras1.h5", [], (_, _, random) => OldModel("1.2.2", random), path => Model.Load(path));
        var safetensors = Take(folder, "m.safetensors");
        yield return new("m.safetensors", safetensors, Mutation.OfBytes, path => into.LoadWeights(path));
        yield return new("header.safetensors", safetensors, (bytes, _, random) => Header(bytes, random), path => into.LoadWeights(path, new LoadOptions { Strict = random(path) }));
        var npz = Take(folder, "m.npz");
        yield return new("m.npz", npz, (bytes, other, random) => InsideZip(bytes, other, random), path => into.LoadWeights(path));
        yield return new("data.npz", npz, Mutation.OfBytes, path => Npz.Read(path));
        Npz.Write(folder["zipped.npz"], new Dictionary<string, Tensor> { ["x"] = Tensor.Zeros([50, 4]), ["y"] = (int[])[1, 2, 3] }, compressed: true);
        yield return new("zipped.npz", Take(folder, "zipped.npz"), Mutation.OfBytes, path => Npz.Read(path));
        Npy.Write(folder["m.npy"], Tensor.From([1f, 2, 3, 4, 5, 6], [2, 3]));
        yield return new("m.npy", Take(folder, "m.npy"), Mutation.OfBytes, path => Npy.Read(path, Types[path.Length % 3]));
        byte[] idx = [0, 0, 8, 2, 0, 0, 0, 3, 0, 0, 0, 4, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        yield return new("m.idx", idx, Mutation.OfBytes, path => Idx.Read(path));
        yield return new("m.gz", Packed.GZip(idx), Mutation.OfBytes, path => Idx.Read(path));
        yield return new("inside.gz", idx, (bytes, other, random) => Packed.GZip(Mutation.OfBytes(bytes, other, random)), path => Idx.Read(path));
        yield return new("c.keras", Checkpoint(folder), Mutation.OfBytes, GoOn);
        yield return new("checkpoint.keras", Checkpoint(folder), (bytes, other, random) => InsideZip(bytes, other, random), GoOn);
        foreach (var json in LayerContractTests.Models().Select(m => m.ToJson()))
            yield return new("layer.json", Encoding.UTF8.GetBytes(json), Json, FromJson);
        yield return new("text.json", Encoding.UTF8.GetBytes(into.ToJson()), Mutation.OfBytes, FromJson);
        foreach (var name in Kinds.WithWrappers().Cast<object[]>().Select(row => (string)row[0]))
            yield return new("optimizer.json", Encoding.UTF8.GetBytes(Kinds.Create(name).Serialize().ToJsonString()), Json, ReadOptimizer);

        static bool random(string path) => path.Length % 2 == 0;
    }

    private static byte[] Take(TemporaryFolder folder, string name)
    {
        var bytes = System.IO.File.ReadAllBytes(folder[name]);
        System.IO.File.Delete(folder[name]);
        return bytes;
    }

    private static byte[] Checkpoint(TemporaryFolder folder)
    {
        var steps = 0;
        Assert.Throws<TimeoutException>(() => Train(folder["c"], new LambdaCallback { TrainBatchEnd = (_, _) => { if (++steps == 5) throw new TimeoutException(); } }));
        var bytes = System.IO.File.ReadAllBytes(Directory.GetFiles(folder["c"]).Max()!);
        Directory.Delete(folder["c"], recursive: true);
        return bytes;
    }

    // In the middle of an epoch, after the first one.
    private static void Train(string backup, params Callback[] others)
    {
        var model = new Sequential([new Dense(3, "tanh") { InputShape = [2], Name = "d" }, new Dropout(0.2) { Name = "o" }, new Dense(1) { Name = "e" }]);
        model.Compile("adam", "mse", metrics: ["mae"]);
        model.Fit(
            Tensor.Ones([6, 2]), Tensor.Ones([6, 1]), batchSize: 2, epochs: 2, verbose: 0,
            callbacks: [new EarlyStopping("loss") { RestoreBestWeights = true }, new ReduceLROnPlateau("loss"), .. others, new BackupAndRestore(backup) { SaveFreq = 1 }]);
    }

    // A checkpoint that describes another training is refused by what it says.
    private static void GoOn(string path)
    {
        var folder = path + ".d";
        Directory.CreateDirectory(folder);
        System.IO.File.Copy(path, Path.Combine(folder, "checkpoint-00000001.keras"));
        try
        {
            Train(folder);
        }
        catch (OtherTrainingException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private static byte[] Golden(string name) => Saving.GoldenFile.Bytes(name);

    private static byte[] Json(byte[] bytes, byte[] other, Random random) => Encoding.UTF8.GetBytes(Mutation.OfJson(Encoding.UTF8.GetString(bytes), random));

    // One entry is damaged; the archive is whole.
    private static byte[] InsideZip(byte[] bytes, byte[] other, Random random)
    {
        var entries = Packed.Unzip(bytes);
        var (name, content) = entries.ElementAt(random.Next(entries.Count));
        entries[name] = name.EndsWith(".json", StringComparison.Ordinal) && random.Next(8) > 0 ? Json(content, other, random) : Mutation.OfBytes(content, other, random);
        return Packed.Zip(entries);
    }

    private static byte[] Header(byte[] bytes, Random random)
    {
        var length = (int)BitConverter.ToInt64(bytes);
        return Packed.Safetensors(Mutation.OfJson(Encoding.UTF8.GetString(bytes.AsSpan(8, length)), random), bytes.AsSpan(8 + length));
    }

    private static byte[] OldModel(string version, Random random)
    {
        var isFirst = version[0] == '1';
        var layer = isFirst
            ? """{"class_name": "Dense", "config": {"name": "d", "batch_input_shape": [null, 2], "output_dim": 1, "input_dim": 2, "init": "uniform", "activation": "linear", "W_regularizer": {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.01}, "W_constraint": {"name": "MaxNorm", "m": 2, "axis": 0}, "bias": true}}"""
            : """{"class_name": "Dense", "config": {"name": "d", "batch_input_shape": [null, 2], "dtype": "float32", "units": 1, "activation": "linear", "use_bias": true}}""";
        var lstm = isFirst
            ? """{"class_name": "LSTM", "config": {"name": "l", "batch_input_shape": [null, 4, 2], "output_dim": 2, "init": "glorot_uniform", "inner_init": "orthogonal", "forget_bias_init": "one", "activation": "tanh", "inner_activation": "hard_sigmoid"}}"""
            : """{"class_name": "Bidirectional", "config": {"name": "b", "layer": {"class_name": "GRU", "config": {"name": "g", "units": 2}}, "batch_input_shape": [null, 4, 2]}}""";
        var config = $$"""{"class_name": "Sequential", "config": [{{(random.Next(2) == 0 ? layer : lstm)}}]}""";
        const string Training = """{"optimizer_config": {"class_name": "SGD", "config": {"lr": 0.01, "momentum": 0.9, "decay": 0.0, "nesterov": false}}, "loss": "mse", "metrics": ["accuracy"]}""";
        var isOfModel = random.Next(4) > 0;
        return Packed.OldModel(
            isOfModel ? Mutation.OfJson(config, random) : config, isOfModel ? Training : Mutation.OfJson(Training, random), version, ("d", [("d/W", [1, 2], [2, 1]), ("d/b", [3], [1])]));
    }

    private static void FromJson(string path) => Model.FromJson(Encoding.UTF8.GetString(System.IO.File.ReadAllBytes(path)), maxBytes: 1 << 26);

    // As a file's optimizer is read, whose config has no reader of its own.
    private static void ReadOptimizer(string path) =>
        SavedJson.Read($"'{path}'", () => Optimizer.Deserialize(SavedJson.Parse(System.IO.File.ReadAllBytes(path), $"'{path}'")));
}
