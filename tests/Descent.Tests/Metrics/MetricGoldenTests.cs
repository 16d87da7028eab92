using System.Text.Json.Nodes;
using Descent.Metrics;

namespace Descent.Tests.Metrics;

public class MetricGoldenTests
{
    private const string File = "layers/metrics";
    private const double Tolerance = 6e-6;

    [Theory]
    [MemberData(nameof(Golden.Cases), File, MemberType = typeof(Golden))]
    public void Result_AfterEachBatch_IsThatOfKeras(GoldenCase golden)
    {
        var json = golden.Json;
        var metric = Make(json);

        // The second round starts from a reset state.
        for (var round = 0; round < 2; round++)
        {
            var batches = json["batches"]!.AsArray();
            for (var i = 0; i < batches.Count; i++)
            {
                Update(metric, batches[i]!);
                var expected = json["results"]![i]!;
                var result = metric.Result();
                Assert.Equal(Golden.Shape(expected), result.Shape.ToArray());
                Golden.AssertClose(Golden.Floats(expected), result.AsSpan(), Tolerance, $"round {round}, batch {i}");
            }

            AssertVariables(json, metric);
            metric.ResetState();
            Assert.All(metric.Variables, v => Assert.All(Floats(v), value => Assert.Equal(0f, value)));
        }
    }

    [Theory]
    [MemberData(nameof(Golden.Cases), File, MemberType = typeof(Golden))]
    public void GetConfig_RecordedArguments_EqualsKeras(GoldenCase golden)
    {
        var json = golden.Json;
        var metric = Make(json);
        Golden.AssertSameJson(json["config"], metric.GetConfig());
        Golden.AssertSameJson(json["config"], Metric.Deserialize(metric.Serialize()).GetConfig());
    }

    private static void Update(Metric metric, JsonNode batch)
    {
        var weights = GoldenTensor.Read(batch["sample_weight"]);
        switch (metric)
        {
            case Mean mean: mean.UpdateState(GoldenTensor.Read(batch["values"])!, weights); break;
            case Sum sum: sum.UpdateState(GoldenTensor.Read(batch["values"])!, weights); break;
            default: metric.UpdateState(GoldenTensor.Read(batch["y_true"])!, GoldenTensor.Read(batch["y_pred"])!, weights); break;
        }
    }

    private static void AssertVariables(JsonObject json, Metric metric)
    {
        var expected = json["variables"]!.AsArray();
        Assert.Equal(expected.Select(v => v!["name"]!.GetValue<string>()), metric.Variables.Select(v => v.Name));
        foreach (var (variable, recorded) in metric.Variables.Zip(expected))
        {
            Assert.Equal(Golden.Shape(recorded), variable.Shape.ToArray());
            Golden.AssertClose(Golden.Floats(recorded!["value"]), Floats(variable), Tolerance, variable.Name);
        }
    }

    private static float[] Floats(Variable variable) => Ops.Cast(variable, DType.Float32).ToArray();

    private static Metric Make(JsonObject json)
    {
        // The name carries a number that depends on what else the recording process had made.
        var config = json["constructor"]!.DeepClone().AsObject();
        config["name"] = json["config"]!["name"]!.DeepClone();
        return Metric.Deserialize(new JsonObject { ["class_name"] = json["class_name"]!.DeepClone(), ["config"] = config });
    }
}
