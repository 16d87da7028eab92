using System.Text.Json.Nodes;
using Descent.Tests.Data;

namespace Descent.Tests.Saving;

/// <summary>Models that Keras saved: they load, predict what Keras predicted, and train on with its numbers.</summary>
public class GoldenSavedTests
{
    // What the golden README promises between two backends.
    private const double Tolerance = 6e-6;

    public static TheoryData<string> WholeModels()
    {
        var files = new TheoryData<string>();
        foreach (var name in GoldenFile.Models)
        {
            files.Add(name + ".keras");
            files.Add(name + ".h5");
        }

        foreach (var variant in new[] { "latest", "v108" }) files.Add($"variants/mlp_adam.{variant}.h5");
        return files;
    }

    public static TheoryData<string> WeightFiles()
    {
        var files = new TheoryData<string>();
        foreach (var name in GoldenFile.Models) files.Add(name + ".weights.h5");
        foreach (var variant in new[] { "latest", "v108", "chunked_gzip" }) files.Add($"variants/mlp_adam.{variant}.weights.h5");
        return files;
    }

    [Theory]
    [MemberData(nameof(WholeModels))]
    public void Load_OfModelSavedByKeras_PredictsAndTrainsAsThere(string file)
    {
        using var folder = new TemporaryFolder();
        var model = Model.Load(GoldenFile.Unpack(folder, file), out var report);
        Assert.True(report.IsComplete, report.ToString());
        Check(model, Sidecar(file));
    }

    [Theory]
    [MemberData(nameof(WeightFiles))]
    public void LoadWeights_OfFileSavedByKeras_PredictsAndTrainsAsThere(string file)
    {
        using var folder = new TemporaryFolder();
        var recorded = Sidecar(file);
        var model = Model.Load(GoldenFile.Unpack(folder, StemOf(file) + ".keras"));
        foreach (var variable in model.Weights.Concat(model.Optimizer!.Variables)) variable.Write().Clear();
        var report = model.LoadWeights(GoldenFile.Unpack(folder, file), new LoadOptions { IncludeOptimizer = true });
        Assert.True(report.IsComplete, report.ToString());
        Check(model, recorded);
    }

    [Theory]
    [MemberData(nameof(WholeModels))]
    public void Load_WithoutCompile_PredictsAsThere(string file)
    {
        using var folder = new TemporaryFolder();
        var model = Model.Load(GoldenFile.Unpack(folder, file), compile: false);
        Assert.Null(model.Optimizer);
        AssertClose(Sidecar(file)["prediction"]!, model.Predict(GoldenTensor.Read(Sidecar(file)["input"])!), "prediction");
    }

    private static void Check(Model model, JsonObject recorded)
    {
        var input = GoldenTensor.Read(recorded["input"])!;
        AssertClose(recorded["prediction"]!, model.Predict(input), "prediction");
        AssertVariables(recorded["weights"]!.AsArray(), model.Weights, tolerance: 0);
        AssertVariables(recorded["optimizer"]!["variables"]!.AsArray(), model.Optimizer!.Variables, tolerance: 0);

        var step = recorded["further_step"]!;
        var gradients = step["gradients"]!.AsArray().Select(g => Tensor.From(Golden.Floats(g), Golden.Shape(g))).ToArray();
        model.Optimizer.Apply(gradients, model.TrainableVariables);
        AssertVariables(step["expected_trainable"]!.AsArray(), model.TrainableVariables, Tolerance);
        AssertVariables(step["expected_optimizer_variables"]!.AsArray(), model.Optimizer.Variables, Tolerance);
        AssertClose(step["expected_prediction"]!, model.Predict(input), "prediction after a step");
    }

    private static void AssertVariables(JsonArray expected, IReadOnlyList<Variable> actual, double tolerance)
    {
        // Whether the path of an inner optimizer's state begins with the outer one depends in Keras on who built it.
        Assert.Equal(expected.Select(v => v!["name"]?.GetValue<string>() ?? v["path"]!.GetValue<string>().Split('/')[^1]), actual.Select(v => v.Name));
        foreach (var (value, variable) in expected.Zip(actual))
        {
            if (variable.DType == DType.Int32) Assert.Equal(Golden.Ints(value), variable.Value.ToInt32Array());
            else Golden.AssertClose(Golden.Floats(value), variable.ToArray(), tolerance, variable.Path);
        }
    }

    private static void AssertClose(JsonNode expected, Tensor actual, string what) => Golden.AssertClose(Golden.Floats(expected), actual.ToArray(), Tolerance, what);

    private static JsonObject Sidecar(string file) => Golden.Load("saved/" + StemOf(file));

    private static string StemOf(string file) => Path.GetFileName(file).Split('.')[0];
}
