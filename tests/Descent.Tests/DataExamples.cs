using Descent;
using Descent.Data;
using Descent.Layers;
using Descent.Tests.Data;

// Outside of Descent's namespaces, as a user's program is.
namespace UsingData;

/// <summary>The C# of docs/data.md, compiled and, but for what needs the network, run. DataPageTests compares the page with this file.</summary>
public class DataExamples
{
    /// <summary>Compiled only: it would download.</summary>
    internal static void Datasets_Load()
    {
        var ((x, y), (xTest, yTest)) = Datasets.Mnist.LoadData();
        var ((reviews, opinions), _) = Datasets.Imdb.LoadData(numWords: 10000);
        Tensor padded = Utils.PadSequences(reviews, maxlen: 200);
        IReadOnlyDictionary<string, int> index = Datasets.Imdb.GetWordIndex();
        GC.KeepAlive((x, y, xTest, yTest, opinions, padded, index));
    }

    [Fact]
    public void Files_WrittenAndRead_AreTheSame()
    {
        using var folder = new TemporaryFolder();
        var path = folder["data.npz"];
        Tensor x = new float[,] { { 1, 2 }, { 3, 4 } };
        Tensor y = (int[])[0, 1];
        Npz.Write(path, new Dictionary<string, Tensor> { ["x"] = x, ["y"] = y });
        var arrays = Npz.Read(path);
        Tensor same = arrays["x"];
        Assert.Equal(x.ToArray(), same.ToArray());
    }

    [Fact]
    public void Batches_InTheBackground_Train()
    {
        var (x, y) = DrawnDigits.Generate(300, seed: 1);
        var model = new Sequential([new Dense(10, "softmax") { InputShape = [x.GetLength(1)] }]);
        model.Compile("adam", "sparse_categorical_crossentropy");
        var batches = Batches.From(x, y, batchSize: 128, shuffle: true, seed: 1)
            .Map(batch => batch with { X = batch.X / 255f })
            .Prefetch(2);
        model.Fit(batches, epochs: 2, verbose: 0);
        Assert.Equal(6, model.Optimizer!.Iterations);
    }

    [Fact]
    public void Rows_OfFiles_Train()
    {
        using var folder = new TemporaryFolder();
        var images = folder.Write("images", IdxTests.Image(300, 4, 4));
        var labels = folder.Write("labels", IdxTests.Image(300));
        var table = folder.Write("iris.csv", [.. "length,colour,species\n5.1,blue,setosa\n7.0,red,versicolor\n6.3,blue,virginica\n"u8]);
        var model = new Sequential([new Dense(3, "softmax")]);
        model.Compile("adam", "sparse_categorical_crossentropy");
        var digits = Idx.Open(images, labels, dtype: DType.Float32);
        var pictures = Batches.From(digits, batchSize: 128, shuffle: true, seed: 1)
            .Map(batch => batch with { X = batch.X / 255f })
            .Prefetch();

        var sample = CsvTable.Read(table, maxRows: 10_000);
        var encoder = TableEncoder.Fit(sample.Without("species"));
        var flowers = CsvRows.Open(table, target: "species", encoder, classes: sample["species"].Categories);
        model.Fit(Batches.From(flowers, batchSize: 32, shuffle: true).Prefetch(), epochs: 2, verbose: 0);
        Assert.Equal(2, model.Optimizer!.Iterations);
        Assert.Equal([128, 128, 44], pictures.Select(batch => batch.X.Shape[0]));
    }

    [Fact]
    public void Sequences_OfThePage_AreWhatItSays()
    {
        Tensor x = new float[10], y = new float[10], series = new float[20], targets = new float[20];
        Tensor rows = Utils.PadSequences([[1], [2, 3], [4, 5, 6]], maxlen: 2);       // [[0, 1], [2, 3], [5, 6]]
        Tensor oneHot = Utils.ToCategorical((int[])[0, 2]);                          // [[1, 0, 0], [0, 0, 1]]
        var (left, right) = Utils.SplitDataset(x, y, leftSize: 0.8, shuffle: true, seed: 1);
        var windows = Utils.TimeseriesDatasetFromArray(series, targets, sequenceLength: 10);
        Assert.Equal([0, 1, 2, 3, 5, 6], rows.ToInt32Array());
        Assert.Equal([1, 0, 0, 0, 0, 1], oneHot.ToArray());
        Assert.Equal((8, 2), (left.X.Length, right.Y.Length));
        Assert.Equal([11, 10], windows.Single().X.Shape);
    }

    [Fact]
    public void Characters_OfAText_AreWindows()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("text.txt", [.. "A model that writes text reads it first."u8]);
        var text = TextFile.Read(path);
        var vocabulary = CharacterVocabulary.Of(text);
        var characters = Batches.NextTokens(vocabulary.Encode(text), sequenceLength: 16, batchSize: 8, shuffle: true);
        var batch = characters.First();
        Assert.Equal([8, 16], batch.X.Shape);
        Assert.Equal(batch.X.Shape, batch.Y.Shape);
        Assert.Equal(text, vocabulary.Decode(vocabulary.Encode(text)));
    }
}
