namespace Descent.Hdf5.Tests;

/// <summary>Files to write.</summary>
internal static class Example
{
    /// <summary>One of everything that can be written.</summary>
    public static Hdf5Writer Everything()
    {
        var writer = new Hdf5Writer();
        var root = writer.Root;
        root.CreateDataset("layers/dense/vars/0", [2, 3], new[] { 0f, 0.5f, 1f, 1.5f, 2f, 2.5f }).SetAttribute("unit", "here");
        root.CreateGroup("layers/dense/vars").SetAttribute("name", "dense");
        root.CreateDataset("kinds/float64", [2], new[] { 0.1, double.MaxValue });
        root.CreateDataset("kinds/half", [1], new[] { (Half)1.5 });
        root.CreateDataset("kinds/int32", [2], new[] { int.MinValue, int.MaxValue });
        root.CreateDataset("kinds/int64", [2], new[] { long.MinValue, long.MaxValue });
        root.CreateDataset("kinds/uint8", [3], new byte[] { 0, 1, 255 });
        root.CreateDataset("kinds/boolean", [3], new[] { true, false, true });
        root.CreateDataset("kinds/scalar", [], new[] { 3f });
        root.CreateDataset("kinds/empty", [0, 3], ReadOnlyMemory<float>.Empty);
        root.CreateDataset("kinds/text", "{}");
        root.CreateDataset("kinds/texts", ["a", "", "grün"]);
        root.SetAttribute("name", "grüße");
        root.SetAttribute("empty", "");
        root.SetAttribute("long", new string('x', 200_000));
        root.SetAttribute("integer", -5);
        root.SetAttribute("number", 0.25);
        root.SetAttribute("flag", true);
        root.SetAttribute("numbers", new[] { 1.5, 2.5 });
        root.SetAttribute("bytes", new byte[] { 1, 2 });
        root.SetAttribute("texts", ["x", "", "zz"]);
        root.SetAttribute("none", Array.Empty<string>());
        root.SetFixedStrings("fixed", ["one", "three"]);
        root.SetAttribute("ünïcode", "yes");
        return writer;
    }

    public static byte[] Saved(Hdf5Writer writer)
    {
        using var stream = new MemoryStream();
        writer.Save(stream);
        return stream.ToArray();
    }
}
