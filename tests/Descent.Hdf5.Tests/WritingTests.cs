namespace Descent.Hdf5.Tests;

/// <summary>What is written, read again.</summary>
public class WritingTests
{
    public static TheoryData<int> Counts => [0, 1, 7, 8, 9, 255, 256, 257, 1000, 9000];

    [Fact]
    public void File_OfEverything_IsReadAsItWasDeclared()
    {
        var root = OpenSaved(Example.Everything()).Root;
        var floats = new float[6];
        root.Dataset("layers/dense/vars/0").Read(floats);
        Assert.Equal([0f, 0.5f, 1f, 1.5f, 2f, 2.5f], floats);
        Assert.Equal([2, 3], root.Dataset("layers/dense/vars/0").Dimensions);
        Assert.Equal([Hdf5Kind.Boolean, Hdf5Kind.Float32, Hdf5Kind.Float64, Hdf5Kind.Float16, Hdf5Kind.Int32, Hdf5Kind.Int64, Hdf5Kind.Float32, Hdf5Kind.String, Hdf5Kind.String, Hdf5Kind.UInt8],
            root.Group("kinds").Names.Select(name => root.Dataset($"kinds/{name}").Kind));
        Assert.Equal([0, 3], root.Dataset("kinds/empty").Dimensions);
        Assert.Empty(root.Dataset("kinds/scalar").Dimensions);
        Assert.Equal(["a", "", "grün"], root.Dataset("kinds/texts").ReadStrings());
        Assert.Equal(["{}"], root.Dataset("kinds/text").ReadStrings());
        var numbers = new long[2];
        root.Dataset("kinds/int64").Read(numbers);
        Assert.Equal([long.MinValue, long.MaxValue], numbers);

        var attributes = root.Attributes;
        Assert.Equal(["bytes", "empty", "fixed", "flag", "integer", "long", "name", "none", "number", "numbers", "texts", "ünïcode"], attributes);
        Assert.Equal("grüße", attributes.GetString("name"));
        Assert.Equal("", attributes.GetString("empty"));
        Assert.Equal(200_000, attributes.GetString("long").Length);
        Assert.Equal(["one", "three"], attributes.GetStrings("fixed"));
        Assert.Equal(["x", "", "zz"], attributes.GetStrings("texts"));
        Assert.Empty(attributes.GetStrings("none"));
        Assert.Equal(-5, attributes.GetInteger("integer"));
        Assert.Equal(0.25, attributes.GetNumber("number"));
        Assert.Equal([1.5, 2.5], attributes.GetNumbers("numbers"));
        Assert.True(attributes.GetBoolean("flag"));
        Assert.Equal("here", root.Dataset("layers/dense/vars/0").Attributes.GetString("unit"));
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public void Group_OfManyMembers_HasAllOfThem(int count)
    {
        var writer = new Hdf5Writer();
        for (var i = 0; i < count; i++) writer.Root.CreateDataset($"many/{i}", [1], new[] { i });
        writer.Root.CreateGroup("many");
        var many = OpenSaved(writer).Root.Group("many");
        Assert.Equal(Enumerable.Range(0, count).Select(i => $"{i}").Order(StringComparer.Ordinal), many.Names);
        var value = new int[1];
        foreach (var name in many.Names)
        {
            many.Dataset(name).Read(value);
            Assert.Equal(name, $"{value[0]}");
        }
    }

    [Fact]
    public void Texts_OfEveryLength_AreKept()
    {
        var writer = new Hdf5Writer();
        string[] texts = [.. Enumerable.Range(4000, 120).Concat(Enumerable.Range(0, 600)).Select(length => new string((char)('a' + (length % 26)), length))];
        writer.Root.CreateDataset("texts", texts);
        Assert.Equal(texts, OpenSaved(writer).Root.Dataset("texts").ReadStrings());
    }

    [Fact]
    public void Save_ToAStreamThatCannotSeek_WritesLengthBytesAndTheDataAsItIsThen()
    {
        var data = new float[] { 1, 2, 3 };
        var writer = new Hdf5Writer();
        writer.Root.CreateDataset("a", [3], data);
        data[0] = 7;
        using var stream = new ForwardStream();
        writer.Save(stream);
        var bytes = stream.ToArray();
        Assert.Equal(writer.Length, bytes.Length);
        var actual = new float[3];
        TestFiles.Open(bytes).Root.Dataset("a").Read(actual);
        Assert.Equal([7, 2, 3], actual);
    }

    [Fact]
    public void Attribute_SetAgain_IsReplaced()
    {
        var writer = new Hdf5Writer();
        writer.Root.SetAttribute("a", "old");
        writer.Root.SetAttribute("a", 5);
        Assert.Equal(5, OpenSaved(writer).Root.Attributes.GetInteger("a"));
    }

    [Fact]
    public void Declarations_ThatCannotBeWritten_AreRefused()
    {
        var root = new Hdf5Writer().Root;
        root.CreateDataset("a", [2], new float[2]);
        AssertRefused("A dataset must have a path of its own. Received: 'a', where something stands.", () => root.CreateDataset("a", [2], new float[2]));
        AssertRefused("A path must lead through groups. Received: 'a/b', where 'a' is a dataset.", () => root.CreateGroup("a/b"));
        AssertRefused("The data of 'b' must have the 6 elements of dimensions (2, 3). Received: 5.", () => root.CreateDataset("b", [2, 3], new float[5]));
        AssertRefused("There must be at most 32 dimensions, none below zero. Received: (-1).", () => root.CreateDataset("b", [-1], new float[1]));
        AssertRefused("A path must be names with slashes between them. Received: 'a//b'.", () => root.CreateGroup("a//b"));
        AssertRefused("A path must be names with slashes between them. Received: '/a'.", () => root.CreateGroup("/a"));
        AssertRefused("Text must have no zero characters", () => root.SetAttribute("a", "x\0y"));
        AssertRefused("The attribute 'a' must fit into 65528 bytes; text of variable length takes 16. Received: 80056 bytes.", () => root.SetAttribute("a", new double[10000]));
        AssertRefused("Groups must be nested at most 256 deep.", () => root.CreateGroup(string.Join('/', Enumerable.Repeat("g", 257))));
    }

    private static void AssertRefused(string message, Action action) =>
        Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);

    private static Hdf5File OpenSaved(Hdf5Writer writer) => TestFiles.Open(Example.Saved(writer));

    private sealed class ForwardStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override long Seek(long offset, SeekOrigin loc) => throw new NotSupportedException();
    }
}
