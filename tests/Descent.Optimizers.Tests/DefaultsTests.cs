using System.Text.Json.Nodes;
using Descent.Optimizers;

namespace Descent.Tests;

/// <summary>The defaults of every optimizer of the three generations are the recorded ones.</summary>
public class DefaultsTests
{
    public static TheoryData<KerasVersion, string> Optimizers()
    {
        var rows = new TheoryData<KerasVersion, string>();
        foreach (var version in Enum.GetValues<KerasVersion>())
            foreach (var (name, recorded) in Recorded(version))
                if (recorded!["default_config"] is not null) // wrappers have arguments without a default
                    rows.Add(version, name);
        return rows;
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Config_OfADefaultInstance_IsTheRecordedOne(KerasVersion version, string name) =>
        Golden.AssertSameJson(Recorded(version)[name]!["default_config"], Optimizer.Get(name, version).GetConfig());

    /// <summary>The written defaults, given one by one, are those of the instance.</summary>
    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Constructor_GivenTheWrittenDefaults_MakesTheDefaultInstance(KerasVersion version, string name)
    {
        var arguments = new JsonObject();
        foreach (var (key, argument) in Recorded(version)[name]!["constructor"]!.AsObject())
            if (argument is JsonObject && argument["default"] is { } written)
                arguments[key] = written.DeepClone();
        var json = new JsonObject { ["class_name"] = name, ["config"] = arguments };
        Golden.AssertSameJson(Optimizer.Get(name, version).GetConfig(), Optimizer.Deserialize(json, version).GetConfig());
    }

    private static JsonObject Recorded(KerasVersion version) =>
        Golden.Load("defaults")["generations"]![version.ToString().ToLowerInvariant()]!["optimizers"]!.AsObject();
}
