using System.Text.Json.Nodes;
using Descent.Initializers;

namespace Descent.Tests.Initializers;

public class InitializerGoldenTests
{
    private const string File = "layers/initializers";
    private const int Seed = 17;

    [Theory]
    [MemberData(nameof(Golden.Cases), File, MemberType = typeof(Golden))]
    public void Call_RecordedShape_HasKerasStatistics(GoldenCase golden)
    {
        var json = golden.Json;
        Shape shape = Golden.Shape(json);
        var initializer = Make(json);
        var tensor = initializer.Call(shape);
        var values = tensor.ToArray();
        Assert.Equal(shape, tensor.Shape);
        if (json["value"] is { } exact)
        {
            Assert.Equal(Golden.Floats(exact), values);
            return;
        }

        // Both sides are one draw of n numbers. Their means differ by a multiple of the standard error, and so do their
        // deviations; six of them come up once in 10^8 draws. The recorded float32 sums put 1e-7 on top.
        var n = values.Length;
        double mean = values.Average(v => (double)v), std = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
        double expectedStd = Number(json, "std");
        var error = expectedStd * Math.Sqrt(2.0 / n);
        Assert.InRange(mean, Number(json, "mean") - 6 * error - 1e-7, Number(json, "mean") + 6 * error + 1e-7);
        Assert.InRange(std, expectedStd - 6 * error - 1e-7, expectedStd + 6 * error + 1e-7);

        // The outermost of n values: for a bounded density the gap to the bound is a few times width / (density · n), for a
        // normal one the extremes scatter by σ / √(2 ln n).
        var scatter = 12 * expectedStd / Math.Sqrt(2 * Math.Log(n));
        var bounded = json["class_name"]!.GetValue<string>() is not ("RandomNormal" or "Orthogonal") && json["constructor"]!["distribution"]?.GetValue<string>() != "untruncated_normal";
        if (bounded) scatter = Math.Min(scatter, 240 * expectedStd / n);
        scatter += 1e-7;
        Assert.InRange(values.Min(), Number(json, "min") - scatter, Number(json, "min") + scatter);
        Assert.InRange(values.Max(), Number(json, "max") - scatter, Number(json, "max") + scatter);
    }

    [Theory]
    [MemberData(nameof(Golden.Cases), File, MemberType = typeof(Golden))]
    public void GetConfig_RecordedArguments_EqualsKeras(GoldenCase golden)
    {
        var json = golden.Json;
        var expected = json["config"]!.AsObject();

        // Keras' Identity forgets its gain when it is written.
        if (json["class_name"]!.GetValue<string>() == "Identity" && json["constructor"]!["gain"] is { } gain)
            expected["gain"] = gain.DeepClone();
        var initializer = Make(json);
        Golden.AssertSameJson(expected, initializer.GetConfig());
        Golden.AssertSameJson(expected, Initializer.Deserialize(initializer.Serialize()).GetConfig());
    }

    [Theory]
    [MemberData(nameof(Golden.Cases), File, MemberType = typeof(Golden))]
    public void Fans_RecordedShape_EqualKeras(GoldenCase golden)
    {
        var json = golden.Json;
        if (json["fans"] is not { } fans)
            return;
        var (fanIn, fanOut) = Assert.IsType<FanInitializer>(Make(json), exactMatch: false).Fans(Golden.Shape(json));
        Assert.Equal([.. Golden.Ints(fans)], new[] { (int)fanIn, (int)fanOut });
    }

    [Theory]
    [MemberData(nameof(Golden.Cases), File, MemberType = typeof(Golden))]
    public void Orthogonal_RecordedShape_HasOrthogonalVectors(GoldenCase golden)
    {
        var json = golden.Json;
        if (json["gram_diagonal_mean"] is not { } diagonal)
            return;
        var shape = Golden.Shape(json);
        var (rows, columns) = (shape[..^1].Aggregate((a, b) => a * b), shape[^1]);
        var q = Make(json).Call(shape).ToArray();
        var (count, length) = (Math.Min(rows, columns), Math.Max(rows, columns));
        float At(int vector, int i) => rows < columns ? q[vector * columns + i] : q[i * columns + vector];
        for (var a = 0; a < count; a++)
            for (var b = 0; b <= a; b++)
            {
                double dot = 0;
                for (var i = 0; i < length; i++) dot += (double)At(a, i) * At(b, i);

                // The elements are rounded to float32.
                Golden.AssertClose(a == b ? Golden.Number(diagonal) : 0, dot, 1e-6, $"vectors {a} and {b}");
            }
    }

    private static double Number(JsonObject json, string key) => Golden.Number(json[key]);

    private static Initializer Make(JsonObject json)
    {
        var config = json["constructor"]!.DeepClone().AsObject();
        if (json["config"]!.AsObject().ContainsKey("seed")) config["seed"] = Seed;
        return Initializer.Deserialize(new JsonObject { ["class_name"] = json["class_name"]!.DeepClone(), ["config"] = config });
    }
}
