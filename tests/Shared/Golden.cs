using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Descent.Tests;

/// <summary>Reads the reference numbers in tests/golden.</summary>
public static class Golden
{
    private const string Extension = ".json.gz";

    private static readonly ConcurrentDictionary<string, JsonElement> Loaded = new();

    /// <summary>The repository's folder: the nearest one above the test program that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Loads a file by its path below tests/golden without extension: "keras3/SGD".</summary>
    public static JsonObject Load(string file) => JsonObject.Create(Element(file))!;

    /// <summary>The files of a folder, named as <see cref="Load"/> takes them.</summary>
    public static IEnumerable<string> Files(string folder) => Directory
        .EnumerateFiles(Path.Combine(Root, "tests", "golden", folder), "*" + Extension)
        .Select(path => $"{folder}/{Path.GetFileName(path)[..^Extension.Length]}")
        .Order(StringComparer.Ordinal);

    /// <summary>The cases of a file, for MemberData.</summary>
    public static TheoryData<GoldenCase> Cases(string file) => CasesOf([file]);

    /// <summary>The entries of another array of a file ("errors", "get"), for MemberData.</summary>
    public static TheoryData<GoldenCase> Cases(string file, string section) => CasesOf([file], section);

    /// <summary>The cases of several files, for a test's own MemberData.</summary>
    public static TheoryData<GoldenCase> CasesOf(IEnumerable<string> files, string section = "cases")
    {
        var cases = new TheoryData<GoldenCase>();
        foreach (string file in files)
        {
            for (int i = 0; i < Element(file).GetProperty(section).GetArrayLength(); i++)
                cases.Add(new GoldenCase(file, section, i));
        }

        return cases;
    }

    /// <summary>Reads a number, also one written as "NaN", "Infinity" or "-Infinity".</summary>
    public static double Number(JsonNode? node) => node!.GetValueKind() == JsonValueKind.String
        ? double.Parse(node.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture)
        : node.GetValue<double>();

    /// <summary>Reads a flat array of float32 values, or the "value" of an object that has one.</summary>
    public static float[] Floats(JsonNode? node) => [.. Flat(node).Select(n => (float)Number(n))];

    /// <summary>Reads a flat array of integers, or the "value" of an object that has one.</summary>
    public static int[] Ints(JsonNode? node) => [.. Flat(node).Select(n => (int)n!.GetValue<double>())];

    /// <summary>Reads the "shape" of an object.</summary>
    public static int[] Shape(JsonNode? node) => Ints(node!["shape"]);

    /// <summary>Asserts |actual − expected| ≤ tolerance · max(1, |expected|); NaN and infinities must be the same.</summary>
    public static void AssertClose(double expected, double actual, double tolerance, string what = "value")
    {
        double allowed = tolerance * Math.Max(1, Math.Abs(expected));
        bool close = expected.Equals(actual) || Math.Abs(actual - expected) <= allowed;
        Assert.True(close, $"{what}: expected {expected:R}, actual {actual:R}, off by {Math.Abs(actual - expected):E2}, allowed {allowed:E2}.");
    }

    /// <summary>Asserts that two arrays are close in the sense of <see cref="AssertClose(double, double, double, string)"/>, naming the first index that is not.</summary>
    public static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance, string what = "values")
    {
        Assert.True(expected.Length == actual.Length, $"{what}: expected {expected.Length} values, actual {actual.Length}.");
        for (int i = 0; i < expected.Length; i++)
            AssertClose(expected[i], actual[i], tolerance, $"{what}[{i}]");
    }

    /// <summary>Asserts equal JSON: the same keys in any order, and numbers spelled alike, since Python tells 1 from 1.0.</summary>
    public static void AssertSameJson(JsonNode? expected, JsonNode? actual, string path = "$")
    {
        switch (expected, actual)
        {
            case (JsonObject e, JsonObject a):
                Assert.True(
                    e.Select(p => p.Key).Order().SequenceEqual(a.Select(p => p.Key).Order()),
                    $"{path}: expected the keys {string.Join(", ", e.Select(p => p.Key))}, actual {string.Join(", ", a.Select(p => p.Key))}.");
                foreach ((string key, JsonNode? value) in e)
                    AssertSameJson(value, a[key], $"{path}.{key}");
                break;
            case (JsonArray e, JsonArray a):
                Assert.True(e.Count == a.Count, $"{path}: expected {e.Count} elements, actual {a.Count}.");
                for (int i = 0; i < e.Count; i++)
                    AssertSameJson(e[i], a[i], $"{path}[{i}]");
                break;
            default:
                (string e1, string a1) = (expected?.ToJsonString() ?? "null", actual?.ToJsonString() ?? "null");
                Assert.True(e1 == a1, $"{path}: expected {e1}, actual {a1}.");
                break;
        }
    }

    internal static JsonElement Element(string file) => Loaded.GetOrAdd(file, static name =>
    {
        string path = Path.Combine(Root, "tests", "golden", name + Extension);
        using var text = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        return JsonDocument.Parse(text).RootElement;
    });

    private static JsonArray Flat(JsonNode? node) => node as JsonArray ?? node!["value"]!.AsArray();

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Descent.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Descent.slnx.");
    }
}

/// <summary>One recorded case; it travels through the test runner by file, section and index, and is read where it is used.</summary>
public sealed class GoldenCase : IXunitSerializable
{
    /// <summary>For the test runner.</summary>
    public GoldenCase() => (File, Section) = ("", "");

    internal GoldenCase(string file, string section, int index) => (File, Section, Index) = (file, section, index);

    /// <summary>The file as <see cref="Golden.Load"/> takes it.</summary>
    public string File { get; private set; }

    /// <summary>The array of the file.</summary>
    public string Section { get; private set; }

    /// <summary>The place in the array.</summary>
    public int Index { get; private set; }

    /// <summary>The case itself; a new object on every call, since JsonObject is not safe to share between threads.</summary>
    public JsonObject Json => JsonObject.Create(Golden.Element(File).GetProperty(Section)[Index])!;

    /// <summary>The recorded id; the index where there is none.</summary>
    public string Id => Json["id"]?.GetValue<string>() ?? Json["identifier"]?.ToJsonString() ?? $"{Index}";

    /// <inheritdoc/>
    public void Serialize(IXunitSerializationInfo info)
    {
        info.AddValue(nameof(File), File);
        info.AddValue(nameof(Section), Section);
        info.AddValue(nameof(Index), Index);
    }

    /// <inheritdoc/>
    public void Deserialize(IXunitSerializationInfo info)
    {
        File = info.GetValue<string>(nameof(File));
        Section = info.GetValue<string>(nameof(Section));
        Index = info.GetValue<int>(nameof(Index));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{File}: {Id}";
}
