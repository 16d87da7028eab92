using Descent.Callbacks;
using Descent.Distribution;
using Descent.Layers;
using Descent.Losses;
using Descent.Optimizers;

namespace Descent.Tests.Training;

/// <summary>What a step of training leaves to the garbage collector. Collections are counted by the process, so these tests run apart from others.</summary>
[Collection(nameof(ThreadsTests))]
public class StepGarbageTests
{
    private const int MostPerStep = 1024;

    [Theory]
    [InlineData("10-64-10")]
    [InlineData("784-128-10")]
    [InlineData("784-512-512-10")]
    [InlineData("softmax")]
    [InlineData("one-hot")]
    [InlineData("dropout")]
    [InlineData("batch normalization")]
    [InlineData("layer normalization")]
    [InlineData("group normalization")]
    [InlineData("binary")]
    [InlineData("binary from logits")]
    [InlineData("mean squared error")]
    public void Fit_WarmedUp_AllocatesAtMostOneKilobytePerStep(string model)
    {
        AssertLittleGarbage(model, null);
        AssertLittleGarbage(model, "accuracy");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fit_WithADistribution_AllocatesAtMostOneKilobytePerStep(bool sharded)
    {
        using var distribution = new DataParallel(new LocalCommunicator()) { ShardOptimizerState = sharded };
        var model = Compiled("accuracy", new SparseCategoricalCrossentropy(), "relu 64", "batch normalization", "softmax 10");
        model.Compile(new Adam { GlobalClipNorm = 1 }, new SparseCategoricalCrossentropy(), metrics: ["accuracy"], distribution: distribution);
        AssertLittleGarbage(model, inputs: 10, batch: 32);
    }

    [Fact]
    public void Fit_Convolutions_AllocateAtMostOneKilobytePerStep()
    {
        const int Steps = 50, Batch = 4;
        var model = new Sequential(
        [
            new InputLayer([12, 12, 3]), new Conv2D(8, 3, "relu"), new MaxPooling2D(2), new AveragePooling2D(2), new Flatten(), new Dense(10),
        ]);
        model.Compile(new Adam(), new SparseCategoricalCrossentropy { FromLogits = true });
        var meter = new Meter();
        var x = Tensor.From(Kinds.Numbers(Steps * Batch * 12 * 12 * 3), [Steps * Batch, 12, 12, 3]);
        model.Fit(x, Tensor.From([.. Enumerable.Range(0, Steps * Batch).Select(i => i % 10)]), batchSize: Batch, verbose: 0, callbacks: [meter]);
        Assert.InRange((meter.Last - meter.First) / (Steps - Meter.WarmUp), 0, MostPerStep);
    }

    private static void AssertLittleGarbage(string model, string? metrics)
    {
        var logits = new SparseCategoricalCrossentropy { FromLogits = true };
        AssertLittleGarbage(model switch
        {
            "10-64-10" => Compiled(metrics, logits, "relu 64", "linear 10"),
            "784-128-10" => Compiled(metrics, logits, "relu 128", "linear 10"),
            "784-512-512-10" => Compiled(metrics, logits, "relu 512", "relu 512", "linear 10"),
            "softmax" => Compiled(metrics, new SparseCategoricalCrossentropy(), "relu 64", "softmax 10"),
            "one-hot" => Compiled(metrics, new CategoricalCrossentropy(), "relu 64", "softmax 10"),
            "dropout" => Compiled(metrics, logits, "relu 64", "dropout", "relu 64", "dropout", "linear 10"),
            "batch normalization" or "layer normalization" or "group normalization" => Compiled(metrics, logits, "relu 64", model, "relu 64", model, "linear 10"),
            "binary" => Compiled(metrics, new BinaryCrossentropy(), "relu 64", "dropout", "relu 64", "dropout", "sigmoid 1"),
            "binary from logits" => Compiled(metrics, new BinaryCrossentropy { FromLogits = true }, "relu 64", "linear 1"),
            _ => Compiled(metrics, new MeanSquaredError(), "relu 64", "linear 1"),
        }, model.StartsWith("784", StringComparison.Ordinal) ? 784 : 10, model == "784-512-512-10" ? 128 : 32);
    }

    [Fact]
    public void Fit_TwoInputsAndTwoOutputs_AllocatesLittlePerTensor()
    {
        // Each tensor that user code may see is an object of its own, here some thirty, with the lists of several; nothing grows with the batch.
        var (a, b) = (Keras.Input([10]), Keras.Input([5]));
        var both = new Concatenate().Apply([new Dense(16, "relu").Apply(a), new Dense(16, "relu").Apply(b)]);
        var model = new Model([a, b], [new Dense(1).Apply(both), new Dense(1, "sigmoid").Apply(both)]);
        model.Compile(new Adam(), ["mse", "binary_crossentropy"], metrics: [["mae"], ["accuracy"]]);
        const int Rows = 32 * 50;
        var meter = new Meter();
        var y = Tensor.Ones([Rows, 1]);
        model.Fit([Tensor.From(Kinds.Numbers(Rows * 10), [Rows, 10]), Tensor.From(Kinds.Numbers(Rows * 5), [Rows, 5])], [y, y], verbose: 0, callbacks: [meter]);
        Assert.InRange((meter.Last - meter.First) / (50 - Meter.WarmUp), 0, 4 * MostPerStep);
    }

    /// <summary>Layers that other tests do not train; their outputs are objects of a step, so they are allowed a little more.</summary>
    public static TheoryData<string> SequenceLayers() => ["SimpleRNN", "LSTM", "GRU", "LSTM, last", "MultiHeadAttention"];

    [Theory]
    [MemberData(nameof(SequenceLayers))]
    public void Fit_LayersOverSequences_AllocateAtMostFourKilobytesPerStep(string kind)
    {
        Layer layer = kind switch
        {
            "SimpleRNN" => new SimpleRNN(4) { ReturnSequences = true },
            "LSTM" => new LSTM(4) { ReturnSequences = true },
            "GRU" => new GRU(4) { ReturnSequences = true },
            "LSTM, last" => new LSTM(4),
            _ => new MultiHeadAttention(2, 4),
        };
        var model = new Sequential([new Reshape([5, 2]), layer, new Flatten(), new Dense(10)]);
        model.Compile(new Adam(), new SparseCategoricalCrossentropy { FromLogits = true });
        AssertLittleGarbage(model, inputs: 10, batch: 32, most: 4 * MostPerStep);
    }

    public static TheoryData<string> Optimizers() => [.. Kinds.Names.Where(kind => Kinds.Create(kind) is RuleOptimizer)];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Fit_EveryRuleOptimizer_AllocatesAtMostOneKilobytePerStep(string kind)
    {
        var model = Compiled("accuracy", new SparseCategoricalCrossentropy(), "relu 16", "softmax 10");
        model.Compile(Kinds.Create(kind), new SparseCategoricalCrossentropy(), metrics: ["accuracy"]);
        AssertLittleGarbage(model, inputs: 10, batch: 32);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fit_Embedding_AllocatesAtMostOneKilobytePerStep(bool lazy)
    {
        const int Steps = 50;
        var model = new Sequential([new Embedding(500, 16) { InputShape = [12] }, new Flatten(), new Dense(10)]);
        model.Compile(new Adam { LazyUpdates = lazy }, new SparseCategoricalCrossentropy { FromLogits = true });
        var x = Tensor.From([.. Enumerable.Range(0, 8 * Steps * 12).Select(i => i * 7 % 500)], [8 * Steps, 12]);
        var meter = new Meter();
        model.Fit(x, Tensor.From([.. Enumerable.Range(0, 8 * Steps).Select(i => i % 10)]), batchSize: 8, verbose: 0, callbacks: [meter]);
        Assert.InRange((meter.Last - meter.First) / (Steps - Meter.WarmUp), 0, MostPerStep);
    }

    [Fact]
    public void Fit_TenThousandSteps_NeedNoCollectionOfAnOlderGeneration()
    {
        var model = Compiled("accuracy", new SparseCategoricalCrossentropy { FromLogits = true }, "relu 64", "linear 10");
        var (x, y) = Data(model, inputs: 10, rows: 4 * 1000);
        model.Fit(x, y, batchSize: 4, epochs: 2, verbose: 0);
        GC.Collect();
        var before = (GC.CollectionCount(1), GC.CollectionCount(2));
        model.Fit(x, y, batchSize: 4, epochs: 10, verbose: 0);
        Assert.Equal(before, (GC.CollectionCount(1), GC.CollectionCount(2)));
    }

    private static void AssertLittleGarbage(Sequential model, int inputs, int batch, int most = MostPerStep)
    {
        const int Steps = 50;
        var (x, y) = Data(model, inputs, batch * Steps);
        var meter = new Meter();
        model.Fit(x, y, batchSize: batch, verbose: 0, callbacks: [meter]);
        Assert.InRange((meter.Last - meter.First) / (Steps - Meter.WarmUp), 0, most);
    }

    private static (Tensor X, Tensor Y) Data(Sequential model, int inputs, int rows)
    {
        var units = model.Layers.OfType<Dense>().Last().Units;
        var x = Tensor.From(Kinds.Numbers(rows * inputs), [rows, inputs]);
        return (x, model.Loss is SparseCategoricalCrossentropy
            ? Tensor.From([.. Enumerable.Range(0, rows).Select(i => i % units)])
            : Tensor.From([.. Enumerable.Range(0, rows * units).Select(i => i % units == i / units % units ? 1f : 0f)], [rows, units]));
    }

    private static Sequential Compiled(string? metric, Loss loss, params string[] layers)
    {
        var model = new Sequential(layers.Select(l => l switch
        {
            "dropout" => (Layer)new Dropout(0.2),
            "batch normalization" => new BatchNormalization(),
            "layer normalization" => new LayerNormalization(),
            "group normalization" => new GroupNormalization(8),
            _ => new Dense(int.Parse(l.Split(' ')[1]), l.Split(' ')[0]),
        }));
        model.Compile(new Adam(), loss, metrics: metric is null ? [] : [metric]);
        return model;
    }

    /// <summary>Reads what its thread has allocated after the first steps and after the last.</summary>
    private sealed class Meter : Callback
    {
        public const int WarmUp = 10;

        public long First { get; private set; }

        public long Last { get; private set; }

        public override void OnTrainBatchEnd(int batch, Logs logs)
        {
            Last = GC.GetAllocatedBytesForCurrentThread();
            if (batch == WarmUp - 1) First = Last;
        }
    }
}
