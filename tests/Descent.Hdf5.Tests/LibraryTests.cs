using System.Text.Json.Nodes;

namespace Descent.Hdf5.Tests;

/// <summary>What is written, opened by the HDF5 library itself.</summary>
public class LibraryTests
{
    // Everything in a file, as Python sees it: path, shape, type and values of datasets, and attributes.
    private const string Describe = """
        def plain(v):
            if isinstance(v, h5py.Empty): return None
            a = np.asarray(v)
            return [str(a.dtype), list(a.shape), [x.decode() if isinstance(x, bytes) else x for x in a.reshape(-1).tolist()]]
        out = {}
        def visit(g, path):
            out[path] = {"attributes": {n: plain(g.attrs[n]) for n in g.attrs}}
            if isinstance(g, h5py.Group):
                out[path]["names"] = list(g)
                for n in g: visit(g[n], path.rstrip("/") + "/" + n)
            else: out[path]["data"] = plain(g[()])
        visit(f, "/")
        print(json.dumps(out))
        """;

    [LibraryFact]
    public void File_OfEverything_IsTheSameToH5py() => WithFile(Example.Everything(), path =>
    {
        var found = JsonNode.Parse(LibraryTool.H5py(path, Describe))!;
        AssertJson("""["float32", [2, 3], [0, 0.5, 1, 1.5, 2, 2.5]]""", found["/layers/dense/vars/0"]!["data"]);
        AssertJson("""["float64", [2], [0.1, 1.7976931348623157e+308]]""", found["/kinds/float64"]!["data"]);
        AssertJson("""["float16", [1], [1.5]]""", found["/kinds/half"]!["data"]);
        AssertJson("""["int32", [2], [-2147483648, 2147483647]]""", found["/kinds/int32"]!["data"]);
        AssertJson("""["int64", [2], [-9223372036854775808, 9223372036854775807]]""", found["/kinds/int64"]!["data"]);
        AssertJson("""["uint8", [3], [0, 1, 255]]""", found["/kinds/uint8"]!["data"]);
        AssertJson("""["bool", [3], [true, false, true]]""", found["/kinds/boolean"]!["data"]);
        AssertJson("""["float32", [], [3]]""", found["/kinds/scalar"]!["data"]);
        AssertJson("""["float32", [0, 3], []]""", found["/kinds/empty"]!["data"]);
        AssertJson("""["object", [3], ["a", "", "grün"]]""", found["/kinds/texts"]!["data"]);
        AssertJson("""["layers", "kinds"]""", new JsonArray([.. found["/"]!["names"]!.AsArray().Reverse().Select(n => n!.DeepClone())]));

        var attributes = found["/"]!["attributes"]!;
        AssertJson("""["<U5", [], ["grüße"]]""", attributes["name"]);
        AssertJson("""["int64", [], [-5]]""", attributes["integer"]);
        AssertJson("""["float64", [], [0.25]]""", attributes["number"]);
        AssertJson("""["bool", [], [true]]""", attributes["flag"]);
        AssertJson("""["float64", [2], [1.5, 2.5]]""", attributes["numbers"]);
        AssertJson("""["uint8", [2], [1, 2]]""", attributes["bytes"]);
        AssertJson("""["object", [3], ["x", "", "zz"]]""", attributes["texts"]);
        AssertJson("""["object", [0], []]""", attributes["none"]);
        AssertJson("""["|S5", [2], ["one", "three"]]""", attributes["fixed"]);
        Assert.Equal(new string('x', 200_000), attributes["long"]![2]![0]!.GetValue<string>());
        AssertJson("""["<U3", [], ["yes"]]""", attributes["ünïcode"]);
        AssertJson("""["<U4", [], ["here"]]""", found["/layers/dense/vars/0"]!["attributes"]!["unit"]);
    });

    [LibraryFact]
    public void Groups_OfAnyNumberOfMembers_AreFoundByH5pyOneByOne()
    {
        int[] counts = [0, 1, 8, 9, 256, 257, 300, 9000];
        var writer = new Hdf5Writer();
        foreach (var count in counts)
        {
            writer.Root.CreateGroup($"{count}");
            for (var i = 0; i < count; i++) writer.Root.CreateDataset($"{count}/layer_{i}", [1], new[] { i });
        }

        // A look-up by name goes down the tree by its keys, which listing does not.
        const string Program = "print(all(len(f[n]) == int(n) and all(f[n][f'layer_{i}'][0] == i for i in range(int(n))) and 'layer_x' not in f[n] and 'a' not in f[n] for n in f))";
        WithFile(writer, path => Assert.Equal("True\n", LibraryTool.H5py(path, Program)));
    }

    [LibraryFact]
    public void File_OfEverything_IsOpenedByTheTools() => WithFile(Example.Everything(), path =>
    {
        Assert.Contains("/layers/dense/vars/0     Dataset {2, 3}", LibraryTool.List(path), StringComparison.Ordinal);
        var dump = LibraryTool.Dump(path);
        Assert.Contains("H5T_IEEE_F16LE", dump.Replace("16-bit little-endian floating-point", "H5T_IEEE_F16LE", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("(0,0): 0, 0.5, 1,", dump, StringComparison.Ordinal);
    });

    [LibraryFact]
    public void File_Written_CanBeExtendedByH5py() => WithFile(Example.Everything(), path =>
    {
        const string Program = """
            f.close()
            f = h5py.File(sys.argv[1], 'r+')
            for i in range(100): f.create_group(f'layers/added_{i}').attrs['n'] = 'x' * i
            f.attrs['more'] = 'text'
            f.close()
            """;
        LibraryTool.H5py(path, Program);
        using var file = Hdf5File.Open(path);
        Assert.Equal(101, file.Root.Group("layers").Names.Count);
        Assert.Equal(new string('x', 99), file.Root.Group("layers/added_99").Attributes.GetString("n"));
        Assert.Equal("text", file.Root.Attributes.GetString("more"));
        Assert.Equal("here", file.Root.Dataset("layers/dense/vars/0").Attributes.GetString("unit"));
    });

    private static void AssertJson(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"expected {expected}, actual {actual?.ToJsonString()}");

    private static void WithFile(Hdf5Writer writer, Action<string> use)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".h5");
        try
        {
            using (var stream = File.Create(path)) writer.Save(stream);
            use(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
