using System.Numerics;
using System.Runtime.InteropServices;
using Descent.Callbacks;
using Descent.Data;
using Descent.Distribution;
using Descent.Layers;
using Descent.Optimizers;
using Descent.Training;

namespace Descent.Tests.Distribution;

/// <summary>A small training that any number of ranks can do.</summary>
internal sealed record Problem
{
    public int Rows { get; init; } = 50;

    public int BatchSize { get; init; } = 16;

    public int Epochs { get; init; } = 2;

    public Func<Layer[]> Layers { get; init; } = () => [new Dense(8, "tanh") { InputShape = [4] }, new Dense(3, "softmax")];

    public Func<Optimizer> Optimizer { get; init; } = () => new Adam(0.01);

    public CompileLoss Loss { get; init; } = "sparse_categorical_crossentropy";

    public Func<CompileMetric> Metrics { get; init; } = () => ["accuracy"];

    public Func<Communicator, Callback[]> Callbacks { get; init; } = _ => [];

    /// <summary>The batches of a rank; null: the data as arrays.</summary>
    public Func<Communicator, Batches>? Batches { get; init; }

    /// <summary>What to do with the trained model on each rank.</summary>
    public Action<Model> Then { get; init; } = _ => { };

    public bool Weighted { get; init; }

    public bool Deterministic { get; init; }

    public bool Sharded { get; init; }

    public double ValidationSplit { get; init; }

    /// <summary>What came of it.</summary>
    public sealed record Outcome(float[] Weights, Dictionary<string, double[]> History, double Loss)
    {
        /// <summary>How far another outcome is away: the largest difference of two weights or losses, or a tenth of that of two values of the history.</summary>
        public double DistanceTo(Outcome other) => new[]
        {
            Distance(Weights, other.Weights), Math.Abs(Loss - other.Loss), Distance(Flat, other.Flat) / 10,
        }.Max();

        /// <summary>All bits of it.</summary>
        public byte[] ToBytes() => [.. MemoryMarshal.AsBytes<float>(Weights), .. MemoryMarshal.AsBytes<double>([.. Flat, Loss])];

        private double[] Flat => [.. History.OrderBy(values => values.Key, StringComparer.Ordinal).SelectMany(values => values.Value)];

        private static double Distance<T>(T[] a, T[] b)
            where T : INumber<T> =>
            a.Length == b.Length ? a.Zip(b, (x, y) => double.CreateChecked(T.Abs(x - y))).DefaultIfEmpty().Max() : double.NaN;
    }

    /// <summary>Trains without a distribution.</summary>
    public Outcome Alone()
    {
        RandomSeed.Set(7);
        return Train(null, Communicator.Local(1)[0]);
    }

    /// <summary>Trains as one of several ranks.</summary>
    public Outcome On(Communicator communicator)
    {
        using var distribution = new DataParallel(communicator) { Deterministic = Deterministic, ShardOptimizerState = Sharded };
        return Train(distribution, communicator);
    }

    public static (Tensor X, Tensor Y, Tensor Weights) Data(int rows)
    {
        var (x, y, w) = (new float[rows, 4], new int[rows], new float[rows]);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < 4; j++) x[i, j] = MathF.Sin(i * 1.3f + j * 2.1f);
            y[i] = (i * 7 + i / 3) % 3;
            w[i] = 0.5f + i % 4;
        }

        return (x, y, w);
    }

    private Outcome Train(DataParallel? distribution, Communicator communicator)
    {
        Sequential model;
        lock (Gate)
        {
            // Weights and seeds of all ranks come from rank 0, which shares the process with the others here.
            if (communicator.Rank == 0) RandomSeed.Set(7);
            model = new Sequential(Layers());
            model.Build([-1, 4]);
        }

        if (communicator.Rank == 0) model.SetWeights([.. model.Weights.Select((w, i) => Start(w, i))]);
        model.Compile(Optimizer(), Loss, metrics: Metrics(), distribution: distribution);
        var (x, y, weights) = Data(Rows);
        communicator.Barrier();
        if (communicator.Rank == 0) RandomSeed.Set(11);
        communicator.Barrier();
        var history = Batches is not null ? model.Fit(Batches(communicator), epochs: Epochs, verbose: 0, callbacks: Callbacks(communicator)) : model.Fit(
            x, y, batchSize: BatchSize, epochs: Epochs, verbose: 0, callbacks: Callbacks(communicator), validationSplit: ValidationSplit, sampleWeight: Weighted ? weights : null);
        Then(model);
        var result = model.Evaluate(x, y, batchSize: 20);
        return new Outcome(
            [.. model.Weights.SelectMany(w => w.ToArray())],
            history.Metrics.ToDictionary(m => m.Key, m => m.Value.ToArray()),
            result.Loss);
    }

    private static readonly Lock Gate = new();

    // The same whatever was drawn before.
    private static Tensor Start(Variable weight, int index)
    {
        if (weight.Name is not "kernel") return weight.Value;
        var values = new float[weight.Shape.Size];
        for (var i = 0; i < values.Length; i++) values[i] = 0.4f * MathF.Sin(1 + i * 0.7f + index);
        return Ops.Reshape(values, weight.Shape);
    }
}
