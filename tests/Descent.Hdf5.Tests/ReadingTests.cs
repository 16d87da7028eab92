using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Descent.Tests;

namespace Descent.Hdf5.Tests;

/// <summary>Files made by the HDF5 library (tests/golden/make_hdf5.py) against what h5py finds in them.</summary>
public class ReadingTests
{
    public static TheoryData<string> Files => [.. Golden.Load("hdf5/expected").Select(entry => entry.Key)];

    [Theory]
    [MemberData(nameof(Files))]
    public void File_MadeByTheLibrary_HoldsWhatH5pyFinds(string name)
    {
        var expected = Golden.Load("hdf5/expected")[name]!.AsObject();
        using var file = TestFiles.Open(TestFiles.Made, name);
        foreach (var (path, item) in expected)
        {
            var actual = file.Root[path];
            var place = $"{name}{path}";
            if (actual is Hdf5Group group)
            {
                Assert.Equal(item!["names"]!.AsArray().Select(n => n!.GetValue<string>()), group.Names);
            }
            else
            {
                AssertHolds(item!, (Hdf5Dataset)actual, place);
            }

            AssertAttributes(item!["attributes"]!.AsObject(), actual.Attributes, place);
        }
    }

    [Fact]
    public void Group_WithOrderOfCreation_ListsItBesideTheNames()
    {
        using var file = TestFiles.Open(TestFiles.Made, "groups_latest");
        Assert.Equal(["a", "m", "z"], file.Root.Group("ordered").Names);
        Assert.Equal(["z", "a", "m"], file.Root.Group("ordered").CreationOrder);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"{i * 7 % 40}"), file.Root.Group("ordered_many").CreationOrder);
        Assert.Null(file.Root.Group("many").CreationOrder);
    }

    [Fact]
    public void Dataset_WithSeveralNames_IsOneObject()
    {
        using var file = TestFiles.Open(TestFiles.Made, "groups_earliest");
        Assert.Same(file.Root["data"], file.Root["same"]);
    }

    [Fact]
    public void Dataset_InChunks_SaysHowItIsStored()
    {
        using var file = TestFiles.Open(TestFiles.Made, "chunked_latest");
        var dataset = file.Root.Dataset("extensible_gzip");
        Assert.True(dataset.IsChunked);
        Assert.Equal(["shuffle", "gzip", "fletcher32"], dataset.Filters);
        Assert.Equal((Hdf5Kind.Float32, 4, 70L), (dataset.Kind, dataset.ElementSize, dataset.Length));
        Assert.Equal(("/extensible_gzip", "extensible_gzip"), (dataset.Path, dataset.Name));
    }

    [Fact]
    public void Kinds_OfNumbersTextAndTruth_AreTold()
    {
        using var file = TestFiles.Open(TestFiles.Made, "kinds_earliest");
        var kinds = file.Root.Group("numbers").Names.ToDictionary(name => name, name => file.Root.Dataset($"numbers/{name}").Kind);
        Assert.Equal(Hdf5Kind.Float16, kinds["f2_big"]);
        Assert.Equal(Hdf5Kind.Float64, kinds["f8_little"]);
        Assert.Equal(Hdf5Kind.UInt16, kinds["u2_big"]);
        Assert.Equal(Hdf5Kind.Int64, kinds["i8_little"]);
        Assert.Equal(Hdf5Kind.Boolean, file.Root.Dataset("booleans").Kind);
        Assert.Equal(Hdf5Kind.String, file.Root.Dataset("text/fixed").Kind);
        Assert.Equal(Hdf5Kind.Other, file.Root.Dataset("compound").Kind);
        Assert.Equal([1, 2, 3, 4], file.Root.Dataset("opaque").ReadBytes());
    }

    [Fact]
    public void Floats_OfEveryKind_AreReadAsFloat32()
    {
        using var file = TestFiles.Open(TestFiles.Made, "kinds_latest");
        var expected = new float[12];
        file.Root.Dataset("numbers/f8_little").Read(expected);
        foreach (var name in file.Root.Group("numbers").Names.Where(name => name[0] == 'f'))
        {
            var actual = new float[12];
            file.Root.Dataset($"numbers/{name}").Read(actual);
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void Layout_OfTheFirstVersion_IsRead()
    {
        var writer = new Hdf5Writer();
        writer.Root.CreateDataset("a", [6], new float[] { 1, 2, 3, 4, 5, 6 });
        var bytes = Example.Saved(writer);
        var at = bytes.AsSpan().IndexOf<byte>([8, 0, 24, 0, 0, 0, 0, 0, 3, 1]) + 8;
        RewriteLayout(bytes, at, kind: 1, address: at + 2, dimensions: [6]);
        var values = new float[6];
        TestFiles.Open(bytes).Root.Dataset("a").Read(values);
        Assert.Equal([1, 2, 3, 4, 5, 6], values);

        bytes = TestFiles.Bytes(TestFiles.Made, "chunked_earliest");
        var expected = TestFiles.Open(bytes).Root.Dataset("odd_bytes").ReadBytes();
        var dimensions = bytes.AsSpan().IndexOf<byte>([3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]); // of a chunk, and an element's bytes
        RewriteLayout(bytes, dimensions - 11, kind: 2, address: dimensions - 8, dimensions: [3, 1]);
        var dataset = TestFiles.Open(bytes).Root.Dataset("odd_bytes");
        Assert.True(dataset.IsChunked);
        Assert.Equal(expected, dataset.ReadBytes());
    }

    // Version 1 states the dimensions first, and after the address their extents.
    private static void RewriteLayout(byte[] bytes, int at, byte kind, int address, int[] dimensions)
    {
        byte[] body = [1, (byte)dimensions.Length, kind, 0, 0, 0, 0, 0, .. bytes.AsSpan(address, sizeof(long)), .. MemoryMarshal.AsBytes<int>(dimensions)];
        body.CopyTo(bytes, at);
    }

    private static void AssertAttributes(JsonObject expected, Hdf5Attributes actual, string place)
    {
        Assert.Equal(expected.Select(a => a.Key).Order(StringComparer.Ordinal), actual);
        foreach (var (name, value) in expected)
        {
            var where = $"{place}@{name}";
            Assert.Equal(Dimensions(value!), actual.Dimensions(name));
            if (value!["text"] is { } text) AssertTexts(text, actual.GetStrings(name), where);
            if (value["floats"] is { } floats) Assert.True(floats.GetValue<string>() == Hash<double>(actual.GetNumbers(name).ToArray()), where);
            if (value["integers"] is { } integers) Assert.True(integers.GetValue<string>() == Hash<long>([.. actual.GetNumbers(name).Select(n => (long)n)]), where);
        }
    }

    private static void AssertHolds(JsonNode expected, Hdf5Dataset actual, string place)
    {
        Assert.Equal(Dimensions(expected), actual.Dimensions);
        if (expected["text"] is { } text) AssertTexts(text, actual.ReadStrings(), place);
        if (expected["bytes"] is { } bytes) Assert.Equal(bytes.GetValue<string>(), Convert.ToHexStringLower(actual.ReadBytes()));
        if (expected["floats"] is { } floats)
        {
            var values = new double[actual.Length];
            actual.Read(values);
            Assert.True(floats.GetValue<string>() == Hash<double>(values), $"{place}: {string.Join(", ", values.Take(20))}");
        }

        if (expected["integers"] is { } integers)
        {
            var values = new long[actual.Length];
            actual.Read(values);
            Assert.True(integers.GetValue<string>() == Hash<long>(values), $"{place}: {string.Join(", ", values.Take(20))}");
        }
    }

    private static void AssertTexts(JsonNode expected, IReadOnlyList<string> actual, string place)
    {
        if (expected is JsonArray texts) Assert.Equal(texts.Select(t => t!.GetValue<string>()), actual);
        else Assert.True(expected.GetValue<string>() == Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', actual)))), place);
    }

    private static IEnumerable<long> Dimensions(JsonNode expected) => expected["shape"]!.AsArray().Select(n => n!.GetValue<long>());

    private static string Hash<T>(T[] values) where T : unmanaged => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<T>(values)));
}
