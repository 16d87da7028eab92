using Descent.Layers;
using Descent.Tests.Data;

namespace Descent.Tests.Layers;

public class PreprocessingTests
{
    [Fact]
    public void Discretization_GivenBoundaries_CountsThoseReached()
    {
        Tensor x = new[,] { { -1.5f, 1.0f, 3.4f, 0.5f }, { 0f, 3f, 1.3f, 0f } };
        Assert.Equal([0, 2, 3, 1, 1, 3, 2, 1], new Discretization([0, 1, 2]).Apply(x).AsInt32Span().ToArray());
        Assert.Equal([1, 1, 1, 1, 0, 2, 1, 1], new Discretization([0, 1, 2]) { OutputMode = "count" }.Apply(x).ToArray());
        Assert.Contains("ascending", Assert.Throws<ArgumentException>(() => new Discretization([1, 0])).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => new Discretization(3).Apply(x));
        Assert.Throws<InvalidOperationException>(() => new Discretization([0.0]).Adapt(x));
    }

    [Fact]
    public void Discretization_Adapted_HasKerasBoundaries()
    {
        // Of Keras' own code, run on the same numbers.
        var few = new Discretization(4);
        few.Adapt(new[] { -1.5f, 1f, 3.4f, 0.5f, 0f, 3f, 1.3f, 0f });
        Golden.AssertClose([0.0f, 0.5f, 1.3f], [.. few.BinBoundaries!.Select(b => (float)b)], 1e-6);
        var many = new Discretization(3);
        many.Adapt(Tensor.From([.. Enumerable.Range(0, 1000).Select(i => (float)(i * 37 % 1000) / 10)]));
        Golden.AssertClose([33.2333145f, 66.566658f], [.. many.BinBoundaries!.Select(b => (float)b)], 1e-6);
    }

    [Fact]
    public void CategoryEncoding_EachMode_GivesKerasNumbers()
    {
        Tensor x = new[,] { { 0, 1 }, { 0, 0 }, { 1, 2 }, { 3, 1 } };
        Assert.Equal([1, 1, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 1], new CategoryEncoding(4).Apply(x).ToArray());
        Assert.Equal([1, 1, 0, 0, 2, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 1], new CategoryEncoding(4) { OutputMode = "count" }.Apply(x).ToArray());
        Assert.Equal([4, 2, 4], new CategoryEncoding(4) { OutputMode = "one_hot" }.Apply(x).Shape.ToArray());
        Assert.Equal("Layer 'category_encoding' expects values below 3. Received: 3. (Parameter 'ids')", Assert.Throws<ArgumentException>(() => new CategoryEncoding(3).Apply(x)).Message);
        Assert.Contains("Received: -1", Assert.Throws<ArgumentException>(() => new CategoryEncoding(3).Apply(Tensor.From([-1]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void IntegerLookup_KerasExamples_GiveItsNumbers()
    {
        Tensor data = new[,] { { 12, 1138, 42 }, { 42, 1000, 36 } };
        Assert.Equal([1, 3, 4, 4, 0, 2], new IntegerLookup([12, 36, 1138, 42]).Apply(data).AsInt32Span().ToArray());
        Assert.Equal([12, 1138, 42, 42, -1, 36], new IntegerLookup([12, 36, 1138, 42]) { Invert = true }.Apply(new[,] { { 1, 3, 4 }, { 4, 0, 2 } }).AsInt32Span().ToArray());
        Assert.Equal([0, 1, 0, 1, 2, 2, 0, 1, 0, 1], new IntegerLookup([12, 36, 1138, 42]) { OutputMode = "count" }.Apply(new[,] { { 12, 1138, 42, 42 }, { 42, 7, 36, 7 } }).ToArray());
        var adapted = new IntegerLookup();
        adapted.Adapt(data);
        Assert.Equal([-1, 42, 1138, 1000, 36, 12], adapted.GetVocabulary());
        Assert.Equal([1, 5, 0], adapted.Apply(Tensor.From([42, 12, 9])).AsInt32Span().ToArray());
        Assert.Contains("set NumOovIndices", Assert.Throws<ArgumentException>(() => new IntegerLookup([1]) { NumOovIndices = 0 }.Apply(Tensor.From([2]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StringLookup_KerasExamples_GiveItsNumbers()
    {
        string[] words = ["a", "b", "c", "d"];
        Assert.Equal([1, 3, 4, 0], new StringLookup(words).Apply(["a", "c", "d", "z"]).AsInt32Span().ToArray());
        Assert.Equal(["a", "[UNK]", "b"], new StringLookup(words).Decode(Tensor.From([1, 0, 2])));
        var weighted = new StringLookup(["[UNK]", "a", "b", "c", "d"]) { OutputMode = "tf_idf", IdfWeights = [0.9, 0.25, 0.75, 0.6, 0.4] };
        Golden.AssertClose([1.8f, 0f, 0.75f, 0f, 0.4f], weighted.Apply(["d", "z", "b", "z"]).AsSpan(), 1e-6);
        Assert.Throws<ArgumentException>(() => new StringLookup(["a", "[UNK]"]).Apply(["a"]));
        Assert.Throws<ArgumentException>(() => new IntegerLookup([1, 1]).Apply(Tensor.From([1])));
        Assert.Throws<ArgumentException>(() => new StringLookup(words) { MaxTokens = 3 }.Apply(["a"]));
        Assert.Throws<InvalidOperationException>(() => new StringLookup().Apply(["a"]));
        Assert.Throws<NotSupportedException>(() => new StringLookup(words).Apply(Tensor.Ones([2])));
    }

    [Fact]
    public void IntegerLookup_FirstCallsOnManyThreads_FindTheSame()
    {
        int[] vocabulary = [.. Enumerable.Range(1, 60000).Select(i => i * 3)];
        var x = Tensor.From([3, 6, 9, 180000], [1, 4]);
        for (var round = 0; round < 5; round++)
        {
            var lookup = new IntegerLookup(vocabulary);
            using var together = new Barrier(6);
            var results = new int[6][];
            var failures = new Exception?[6];
            Thread[] threads = [.. Enumerable.Range(0, 6).Select(i => new Thread(() =>
            {
                together.SignalAndWait();
                failures[i] = Record.Exception(() => results[i] = lookup.Apply(x).AsInt32Span().ToArray());
            }))];
            Array.ForEach(threads, t => t.Start());
            Array.ForEach(threads, t => t.Join());
            Assert.All(failures, Assert.Null);
            Assert.All(results, r => Assert.Equal([1, 2, 3, 60000], r));
        }
    }

    [Fact]
    public void Lookups_BadFile_SayWhere()
    {
        using var folder = new TemporaryFolder();
        var numbers = folder.Write("numbers.txt", "12\r\n36\n"u8.ToArray());
        Assert.Equal([2, 0], IntegerLookup.FromFile(numbers).Apply(Tensor.From([36, 7])).AsInt32Span().ToArray());
        var words = folder.Write("words.txt", "12\nsix\n"u8.ToArray());
        Assert.Equal(["12", "six"], StringLookup.FromFile(words).GetVocabulary(includeSpecialTokens: false));
        Assert.Equal($"The vocabulary '{words}' must have an int32 on every line. Received: 'six' on line 2.", Assert.Throws<FormatException>(() => IntegerLookup.FromFile(words)).Message);
        var bytes = folder.Write("bytes.txt", [97, 10, 0xFF]);
        Assert.EndsWith($" at position 2 in '{bytes}'.", Assert.Throws<InvalidDataException>(() => StringLookup.FromFile(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TextVectorization_Adapted_GivesRowsOfIds()
    {
        var layer = new TextVectorization { MaxTokens = 5 };
        layer.Adapt(["The cat, the DOG!", "the cat sat"]);
        Assert.Equal(["", "[UNK]", "the", "cat", "sat"], layer.GetVocabulary());
        var ids = layer.Apply(["the dog sat", "cat"]);
        Assert.Equal([2, 3], ids.Shape.ToArray());
        Assert.Equal([2, 1, 4, 3, 0, 0], ids.AsInt32Span().ToArray());

        var read = Assert.IsType<TextVectorization>(Layer.Deserialize(layer.Serialize()));
        Assert.Equal(ids.AsInt32Span().ToArray(), read.Apply(["the dog sat", "cat"]).AsInt32Span().ToArray());
        Assert.Equal([3, 2], new TextVectorization(["the", "cat"]) { OutputSequenceLength = 2 }.Apply(["cat the mat"]).AsInt32Span().ToArray());
        Assert.Equal([0, 1, 1], new TextVectorization(["a", "b"]) { OutputMode = "multi_hot", Split = "character" }.Apply(["ab"]).ToArray());
        Assert.Equal([2, 1, 3], new TextVectorization(["x", "x y"]) { Ngrams = [1, 2] }.Apply(["x y"]).AsInt32Span().ToArray());
    }

    [Fact]
    public void StringLookup_TokenTwice_IsRefusedWhenConstructed() =>
        Assert.Equal("The vocabulary of layer 'string_lookup' must hold each token once. Received: 'a' twice.", Assert.Throws<ArgumentException>(() => new StringLookup(["a", "b", "a"])).Message);
}
