using System.Buffers.Binary;

namespace Descent.Hdf5.Tests;

/// <summary>Files that attack a reader, or that it does not support: each is refused by name, place and reason.</summary>
public class RefusalTests
{
    public static TheoryData<string, string> Unsupported => new()
    {
        { "lzf", "Chunks must be stored with filters among gzip, shuffle and fletcher32. Received: the filter lzf in 'refused_latest', object '/lzf'." },
        { "scaleoffset", "Chunks must be stored with filters among gzip, shuffle and fletcher32. Received: the filter scaleoffset in 'refused_latest', object '/scaleoffset'." },
        { "virtual", "A dataset must be stored in its file. Received: a virtual dataset, which refers to others in 'refused_latest', object '/virtual'." },
        { "external", "The elements of a dataset must stand in its file. Received: a dataset in external files in 'refused_latest', object '/external'." },
        { "bomb", "A compressed chunk must hold 16 bytes. Received: more in 'refused_latest', object '/bomb'." },
        { "short", "A compressed chunk must hold 16 bytes. Received: 8 in 'refused_latest', object '/short'." },
        { "cut", "A compressed chunk must hold 16 bytes. Received: " },
        { "mere", "A compressed chunk must hold 16 bytes. Received: what cannot be decompressed" },
        { "unequal", "A chunk's checksum must be " },
    };

    public static TheoryData<string> LinkFiles => ["links_earliest", "links_latest"];

    [Theory]
    [MemberData(nameof(Unsupported))]
    public void Dataset_NotSupportedOrDamaged_IsRefusedByName(string dataset, string message)
    {
        using var file = TestFiles.Open(TestFiles.Made, "refused_latest");
        AssertRefused(message, () => file.Root.Dataset(dataset).Read(new float[file.Root.Dataset(dataset).Length]));
    }

    [Theory]
    [MemberData(nameof(LinkFiles))]
    public void Link_ThatLeadsElsewhere_IsRefused(string name)
    {
        using var file = TestFiles.Open(TestFiles.Made, name);
        AssertRefused($"An object must stand where its name does. Received: a soft link to '/data', which is not followed in '{name}', object '/soft'.", () => _ = file.Root["soft"]);
        AssertRefused("An object must stand where its name does. Received: ", () => _ = file.Root["external"]);
        AssertRefused($"A group must have one place in a file. Received: the group '/' once more in '{name}', object '/circle/up'.", () => _ = file.Root["circle/up"]);
        Assert.Equal(3, file.Root.Dataset("data").Length);
        Assert.Equal("a soft link to '/data'", file.Root.LinkOf("soft"));
        Assert.Equal("an external link", file.Root.LinkOf("external"));
        Assert.Null(file.Root.LinkOf("data"));
        Assert.Null(file.Root.LinkOf("nothing"));
    }

    [Fact]
    public void File_OfAnotherKind_IsRefused()
    {
        AssertRefused("The file must be an HDF5 file, with its signature at the front or behind a user block. Received: 0 bytes without it in 'test.h5', object '/'.", () => TestFiles.Open([]));
        AssertRefused("The file must be an HDF5 file", () => TestFiles.Open(new byte[5000]));
        Assert.Throws<FileNotFoundException>(() => Hdf5File.Open("no such file.h5"));
    }

    [Fact]
    public void File_CutOff_SaysSo()
    {
        var bytes = Saved(root => root.CreateDataset("a", [100], new float[100]));
        AssertRefused($"The superblock is damaged or of an unknown kind. The file must end within its {bytes.Length - 1} bytes. Received: an end at {bytes.Length}: it is cut off or damaged", () => TestFiles.Open(bytes[..^1]));
    }

    [Fact]
    public void Shape_LargerThanItsStorage_IsRefused()
    {
        var bytes = Saved(root => root.CreateDataset("a", [2, 3], new float[6]));
        Replace(bytes, Longs(2, 3), Longs(1L << 40, 3));
        AssertRefused($"A dataset must hold no more than its storage, here at most 24 bytes. Received: {3L << 40} elements of 4 bytes in 'test.h5', object '/a'.", () => _ = TestFiles.Open(bytes).Root["a"]);
        Replace(bytes, Longs(1L << 40, 3), Longs(1L << 40, 1L << 40));
        AssertRefused("The Dataspace is damaged or of an unknown kind. The number of elements must be less than 2^63.", () => _ = TestFiles.Open(bytes).Root["a"]);
    }

    [Fact]
    public void Shape_LargerThanTheFileCouldFill_IsRefusedWhereNothingIsStored()
    {
        var bytes = TestFiles.Bytes(TestFiles.Made, "chunked_earliest");
        Replace(bytes, Longs(6, 5, 6, 5), Longs(1L << 40, 5, 1L << 40, 5));
        Replace(bytes, Longs(100, 100), Longs(1L << 40, 1L << 40)); // compressed
        using var file = TestFiles.Open(bytes);
        foreach (var name in new[] { "unwritten", "never_written", "never_written_chunks", "integers" })
            AssertRefused("A dataset must hold no more than its storage", () => _ = file.Root[name]);
    }

    [Fact]
    public void Header_ContinuedInACircle_IsRefused()
    {
        var bytes = Saved(root => root.CreateDataset("a", [2, 3], new float[6]));
        var layout = Find(bytes, [8, 0, 24, 0, 0, 0, 0, 0, 3, 1]);
        bytes[layout] = 0x10; // now a continuation, of itself
        Longs(layout, 32).CopyTo(bytes, layout + 8);
        AssertRefused("A continuation of an object header must share no bytes with other structures. Received: structures that overlap or go in a circle in 'test.h5', object '/a'.", () => _ = TestFiles.Open(bytes).Root["a"]);
    }

    [Fact]
    public void Tree_OfWhichANodeIsItsOwnChild_IsRefused()
    {
        var bytes = Saved(root => root.CreateDataset("a", [], new float[1]));
        var tree = Find(bytes, "TREE"u8);
        bytes[tree + 5] = 1;
        Longs(tree).CopyTo(bytes, tree + 32);
        AssertRefused("A node of a B-tree is damaged or of an unknown kind. Its level must be 0, one less than that of the node above. Received: 1", () => TestFiles.Open(bytes));
    }

    [Fact]
    public void Texts_ThatAllReferToOneLongOne_AreRefused()
    {
        var bytes = Saved(root => root.CreateDataset("texts", [new string('x', 100_000), .. Enumerable.Range(0, 200).Select(i => $"text {i}")]));
        var references = bytes.Length - (201 * 16);
        for (var i = 1; i <= 200; i++) bytes.AsSpan(references, 16).CopyTo(bytes.AsSpan(references + (i * 16)));
        AssertRefused("A value of variable length must share no bytes with other structures.", () => TestFiles.Open(bytes).Root.Dataset("texts").ReadStrings());
    }

    [Fact]
    public void Datasets_ThatAllShareOneStorage_AreRefused()
    {
        const int Length = 100_000, Copies = 10;
        var bytes = Saved(root =>
        {
            for (var i = 0; i < Copies; i++) root.CreateDataset($"a{i}", [1], new byte[1]);
            root.CreateDataset("b", [Length], new byte[Length]);
        });
        ReadOnlySpan<byte> rank = [1, 1, 0, 0, 0, 0, 0, 0], layout = [8, 0, 24, 0, 0, 0, 0, 0, 3, 1];
        Replace(bytes, [.. rank, .. Longs(1)], [.. rank, .. Longs(Length)]);
        for (var at = Find(bytes, layout); bytes[at + layout.Length + 8] == 1; at += layout.Length + bytes.AsSpan(at + layout.Length).IndexOf(layout))
            Longs(bytes.Length - Length, Length).CopyTo(bytes, at + layout.Length);
        using var file = TestFiles.Open(bytes);
        AssertRefused("The datasets of a file must hold no more than it can store. Received: datasets that share their storage in 'test.h5', object '/a", () => _ = TestFiles.All(file.Root).ToList());
    }

    [Fact]
    public void Names_ThatAreTheSameOrNoNames_AreRefused()
    {
        var bytes = Saved(root =>
        {
            root.CreateGroup("first");
            root.CreateGroup("other");
        });
        var place = Find(bytes, "other"u8);
        "first"u8.CopyTo(bytes.AsSpan(place));
        AssertRefused("The names in a group must differ. Received: 'first' twice in 'test.h5', object '/'.", () => TestFiles.Open(bytes));
        "../up"u8.CopyTo(bytes.AsSpan(place));
        AssertRefused("A name must be one part of a path. Received: '../up' in 'test.h5', object '/'.", () => TestFiles.Open(bytes));
        bytes[place] = 0xFF;
        AssertRefused("A name must be text in UTF-8. Received: bytes that are not in 'test.h5', object '/'.", () => TestFiles.Open(bytes));
    }

    [Fact]
    public void Checksum_ThatIsWrong_IsRefused()
    {
        var bytes = TestFiles.Bytes("saved/variants", "mlp_adam.latest");
        bytes[Find(bytes, "OHDR"u8) + 20] ^= 1;
        AssertRefused("An object header is damaged or of an unknown kind. Its checksum must be ", () => TestFiles.Open(bytes));
    }

    [Fact]
    public void Groups_NestedAsDeepAsAllowed_AreRead()
    {
        var path = string.Join('/', Enumerable.Range(0, Hdf5File.MaxDepth).Select(i => $"{i}"));
        using var file = TestFiles.Open(Saved(root => root.CreateGroup(path)));
        Assert.Equal("/" + path, file.Root[path].Path);
    }

    [Fact]
    public void Objects_AskedForAsWhatTheyAreNot_SayWhatTheyAre()
    {
        using var file = TestFiles.Open(Example.Saved(Example.Everything()), "x.h5");
        var root = file.Root;
        AssertRefused("It must be a group. Received: a dataset in 'x.h5', object '/kinds/half'.", () => root.Group("kinds/half"));
        AssertRefused("It must be a dataset. Received: a group in 'x.h5', object '/kinds'.", () => root.Dataset("kinds"));
        AssertRefused("Its elements must be integers, to be read as Int32. Received: elements of kind Float64 in 'x.h5', object '/kinds/float64'.", () => root.Dataset("kinds/float64").Read(new int[2]));
        AssertRefused("Its elements must fit into Int32. Received: one that does not in 'x.h5', object '/kinds/int64'.", () => root.Dataset("kinds/int64").Read(new int[2]));
        AssertRefused("Its elements must be numbers. Received: elements of kind String", () => root.Dataset("kinds/text").Read(new float[1]));
        AssertRefused("Its elements must be text. Received: elements of kind UInt8", () => root.Dataset("kinds/uint8").ReadStrings());
        AssertRefused("The attribute 'integer' must be text. Received: elements of kind Int64", () => root.Attributes.GetString("integer"));
        AssertRefused("The attribute 'texts' must have one element. Received: 3", () => root.Attributes.GetString("texts"));
        AssertRefused("The attribute 'integer' must be a truth value.", () => root.Attributes.GetBoolean("integer"));
        Assert.False(root.Attributes.TryGetString("integer", out _));
        Assert.False(root.Attributes.TryGetString("absent", out _));
        Assert.Equal("The group '/' must have an object 'layers/absent', in 'x.h5'. It has: kinds, layers.", Assert.Throws<KeyNotFoundException>(() => root["layers/absent"]).Message);
        Assert.StartsWith("The object '/layers' must have an attribute 'absent', in 'x.h5'. It has: none.", Assert.Throws<KeyNotFoundException>(() => root["layers"].Attributes.GetString("absent")).Message, StringComparison.Ordinal);
        Assert.StartsWith("The destination must have the 2 elements of the dataset '/kinds/float64'. Received: 3.", Assert.Throws<ArgumentException>(() => root.Dataset("kinds/float64").Read(new float[3])).Message, StringComparison.Ordinal);
        Assert.False(root.Contains("kinds/half/further"));
    }

    private static void AssertRefused(string message, Action action) =>
        Assert.StartsWith(message, Assert.Throws<InvalidDataException>(action).Message, StringComparison.Ordinal);

    private static byte[] Saved(Action<Hdf5GroupBuilder> declare)
    {
        var writer = new Hdf5Writer();
        declare(writer.Root);
        return Example.Saved(writer);
    }

    private static byte[] Longs(params long[] values)
    {
        var bytes = new byte[values.Length * sizeof(long)];
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), values[i]);
        return bytes;
    }

    private static int Find(byte[] bytes, ReadOnlySpan<byte> pattern) => bytes.AsSpan().IndexOf(pattern) is var place and >= 0 ? place : throw new InvalidOperationException("not found");

    private static void Replace(byte[] bytes, byte[] old, byte[] replacement)
    {
        for (var place = Find(bytes, old); place >= 0; place = bytes.AsSpan().IndexOf(old)) replacement.CopyTo(bytes, place);
    }
}
