using System.Text;
using System.Text.Json.Nodes;
using Descent.Data;
using Descent.Layers;
using Descent.Saving;
using Descent.Tests.Data;

namespace Descent.Tests.Saving;

/// <summary>Vocabularies that layers learned in Python, which stand beside the config.</summary>
public class VocabularyTests
{
    private const string Place = "assets/layers/integer_lookup_1/vocabulary.txt";

    [Theory]
    [InlineData("int")]
    [InlineData("one_hot")] // whose width the next layer has weights for
    public void Load_OfVocabularyInAssets_TakesIt(string mode)
    {
        using var folder = new TemporaryFolder();
        var saved = Make(mode);
        var x = Tensor.From([36, 7, 1138], [3, 1]);
        var loaded = Model.Load(Repack(folder, saved, (Place, "-1\n1\n2\n3")), out var report);
        Assert.True(report.IsComplete);
        Assert.Empty(report.Notes);
        Assert.Equal(saved.Predict(x).ToArray(), loaded.Predict(x).ToArray());
    }

    [Fact]
    public void Load_OfVocabularyThatIsNone_NamesTheEntry()
    {
        using var folder = new TemporaryFolder();
        foreach (var text in new[] { "-1\n12\nx", "-1\n12\n99999999999999999999" })
            Assert.Contains(Place, Assert.Throws<InvalidDataException>(() => Model.Load(Repack(folder, Make("int"), (Place, text)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfLayerWithoutVocabulary_SaysThatItHasNone()
    {
        using var folder = new TemporaryFolder();
        var loaded = Model.Load(Repack(folder, Make("int")), out var report);
        Assert.Equal(["layer 'integer_lookup_1' has no vocabulary: the file has none for it"], report.Notes);
        Assert.Contains("must have a vocabulary", Assert.Throws<InvalidOperationException>(() => loaded.Predict(Tensor.From([36], [1, 1]))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("StringLookup", "[UNK]\ncat\ndog\n", "cat")]
    [InlineData("TextVectorization", "\r\n[UNK]\r\ncat\r\ndog", "cat")]
    [InlineData("StringLookup", "[UNK]", null)] // never adapted
    [InlineData("TextVectorization", "\n[UNK]", null)]
    public void Complete_OfWords_GivesThemToTheConfig(string name, string text, string? expected)
    {
        using var folder = new TemporaryFolder();
        using (var file = File.Create(folder["a.zip"]))
        using (var archive = new ZipWriter(file)) archive.Add($"assets/layers/{KerasNames.ToSnakeCase(name)}/vocabulary.txt", Encoding.UTF8.GetBytes(text));
        var layer = new JsonObject { ["class_name"] = name, ["config"] = new JsonObject { ["name"] = "words", ["vocabulary"] = null, ["oov_token"] = "[UNK]", ["mask_token"] = null } };
        var report = new LoadReport("'a.zip'");
        using (var file = ByteSource.OpenFile(folder["a.zip"]))
            Vocabularies.Complete(new JsonObject { ["class_name"] = "Sequential", ["config"] = new JsonObject { ["layers"] = new JsonArray(layer) } }, new ZipDirectory(file, "'a.zip'"), report);
        var vocabulary = layer["config"]!["vocabulary"] as JsonArray;
        Assert.Equal(expected, vocabulary is null ? null : (string?)vocabulary[^2]);
        Assert.Equal(expected is null ? 1 : 0, report.Notes.Count);
        if (name == "TextVectorization" && expected is not null)
        {
            var words = new TextVectorization([.. vocabulary!.Select(t => (string)t!)]);
            Assert.Equal([3, 1, 2], words.Apply(["dog bird cat"]).ToInt32Array());
        }
    }

    private static Model Make(string mode)
    {
        var x = Keras.Input([1], dtype: DType.Int32);
        var given = new IntegerLookup([5, 36, 1138]).Apply(x); // the first of its class
        var learned = new IntegerLookup([1, 2, 3]) { OutputMode = mode }.Apply(given);
        Layer rest = mode == "int" ? new Embedding(4, 2) : new Dense(2);
        return new Model(x, rest.Apply(learned));
    }

    // As Keras has it: no vocabulary in the config.
    private static string Repack(TemporaryFolder folder, Model model, params (string Name, string Text)[] assets)
    {
        model.Save(folder["ours.keras"]);
        using var file = ByteSource.OpenFile(folder["ours.keras"]);
        var source = new ZipDirectory(file, "'ours.keras'");
        using var target = File.Create(folder["m.keras"]);
        using var archive = new ZipWriter(target);
        foreach (var name in source.Names)
        {
            var bytes = source.ReadAll(name, int.MaxValue);
            if (name == "config.json") bytes = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace("\"vocabulary\":[1,2,3]", "\"vocabulary\":null", StringComparison.Ordinal));
            archive.Add(name, bytes);
        }

        foreach (var (name, text) in assets) archive.Add(name, Encoding.UTF8.GetBytes(text));
        return folder["m.keras"];
    }
}
