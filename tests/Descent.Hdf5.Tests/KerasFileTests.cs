using System.Text.Json.Nodes;
using Descent.Tests;

namespace Descent.Hdf5.Tests;

/// <summary>The files that Keras saved, against what is written down of their structure.</summary>
public class KerasFileTests
{
    private const string LeftOut = "...";

    public static TheoryData<string> Recorded => [.. Golden.Load("saved/hdf5_structure")["files"]!.AsObject().Select(entry => entry.Key)];

    public static TheoryData<string> Rewritten => [.. TestFiles.Names("saved/variants")];

    [Theory]
    [MemberData(nameof(Recorded))]
    public void File_SavedByKeras_HasTheRecordedStructure(string name)
    {
        var expected = Golden.Load("saved/hdf5_structure")["files"]![name]!["logical"]!.AsArray();
        using var file = TestFiles.Open(TestFiles.Saved, Path.GetFileNameWithoutExtension(name));
        var all = TestFiles.All(file.Root).ToDictionary(item => item.Path);
        Assert.Equal(expected.Select(item => item!["path"]!.GetValue<string>()).Order(StringComparer.Ordinal), all.Keys.Order(StringComparer.Ordinal));
        foreach (var item in expected)
        {
            var actual = all[item!["path"]!.GetValue<string>()];
            AssertAttributes(item["attributes"]!.AsArray(), actual.Attributes);
            Assert.Equal(item["kind"]!.GetValue<string>(), actual is Hdf5Group ? "group" : "dataset");
            if (actual is not Hdf5Dataset dataset) continue;
            Assert.Equal(Shape(item), dataset.Dimensions);
            Assert.Equal(item["dtype"]!.GetValue<string>(), dataset.Kind.ToString().ToLowerInvariant());
            Assert.Equal(item["layout"]!.GetValue<string>() == "chunked", dataset.IsChunked);
            Assert.Equal(item["storage_size"]!.GetValue<long>(), dataset.ReadBytes().Length);
        }
    }

    [Theory]
    [MemberData(nameof(Rewritten))]
    public void File_RewrittenByTheLibrary_HoldsTheSameAsKerasOwn(string name)
    {
        using var rewritten = TestFiles.Open("saved/variants", name);
        using var original = TestFiles.Open(TestFiles.Saved, name.EndsWith(".weights", StringComparison.Ordinal) ? "mlp_adam.weights" : "mlp_adam");
        var expected = TestFiles.All(original.Root).ToList();
        Assert.Equal(expected.Select(item => item.Path), TestFiles.All(rewritten.Root).Select(item => item.Path));
        foreach (var item in expected)
        {
            var actual = rewritten.Root[item.Path];
            Assert.Equal(item.Attributes, actual.Attributes);
            foreach (var attribute in item.Attributes) Assert.Equal(item.Attributes.GetStrings(attribute), actual.Attributes.GetStrings(attribute));
            if (item is not Hdf5Dataset dataset) continue;
            Assert.Equal(dataset.Dimensions, ((Hdf5Dataset)actual).Dimensions);
            Assert.Equal(dataset.ReadBytes(), ((Hdf5Dataset)actual).ReadBytes());
        }
    }

    private static void AssertAttributes(JsonArray expected, Hdf5Attributes actual)
    {
        Assert.Equal(expected.Select(a => a!["name"]!.GetValue<string>()).Order(StringComparer.Ordinal), actual);
        foreach (var attribute in expected)
        {
            var name = attribute!["name"]!.GetValue<string>();
            Assert.Equal(Shape(attribute), actual.Dimensions(name));
            string[] texts = attribute["value"] is JsonArray many ? [.. many.Select(t => t!.GetValue<string>())] : [attribute["value"]!.GetValue<string>()];
            // The record leaves the end of long texts out.
            Assert.Equal(texts, actual.GetStrings(name).Select((text, i) => texts[i].Length < text.Length && texts[i].EndsWith(LeftOut, StringComparison.Ordinal) ? text[..(texts[i].Length - LeftOut.Length)] + LeftOut : text));
        }
    }

    private static IEnumerable<long> Shape(JsonNode item) => item["shape"]!.AsArray().Select(n => n!.GetValue<long>());
}
