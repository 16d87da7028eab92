using System.Diagnostics;
using System.Globalization;
using Descent.Layers;
using Descent.Losses;
using Descent.Optimizers;

namespace Descent.Benchmarks;

/// <summary>The same work as benchmarks/peers/torch_peer.py, measured in the same way: the least of five rounds.</summary>
internal static class PeerWork
{
    public static void Run(string[] names)
    {
        bool Wanted(string work) => names.Length == 0 || names.Any(work.Contains);
        foreach (var n in new[] { 1_000, 100_000, 1_000_000, 25_000_000 })
            if (Wanted($"adam {n}"))
                Say($"adam {n}", "us", Adam(n) * 1e6);
        foreach (var s in new[] { 96, 384, 1536 })
            if (Wanted($"matmul {s}"))
                Say($"matmul {s}", "GFLOP/s", 2.0 * s * s * s / MatMul(s) / 1e9);
        foreach (var (sizes, batch) in new (int[], int)[] { ([10, 64, 10], 32), ([784, 128, 10], 32), ([784, 512, 512, 10], 128), ([1024, 4096, 4096, 1000], 256) })
            if ($"mlp {string.Join('-', sizes)} b{batch}" is var work && Wanted(work))
                Say(work, "us/step", TrainingStep(sizes, batch) * 1e6);
    }

    // One step of Fit, with everything that Fit does: batches, loss, gradients, optimizer, metrics.
    private static double TrainingStep(int[] sizes, int batch)
    {
        var operations = 0L;
        for (var i = 0; i < sizes.Length - 1; i++) operations += 6L * batch * sizes[i] * sizes[i + 1];
        var steps = (int)Math.Clamp(5e9 / operations, 2, 5000);

        var model = new Sequential();
        model.Add(new InputLayer([sizes[0]]));
        for (var i = 1; i < sizes.Length; i++) model.Add(new Dense(sizes[i], i < sizes.Length - 1 ? "relu" : "linear"));
        model.Compile(optimizer: new Adam(learningRate: 1e-3), loss: new SparseCategoricalCrossentropy { FromLogits = true });

        var random = new System.Random(0);
        var labels = new int[batch * steps];
        for (var i = 0; i < labels.Length; i++) labels[i] = random.Next(sizes[^1]);
        var (x, y) = (RandomNormal([batch * steps, sizes[0]]), Tensor.From(labels));
        return Best(() => model.Fit(x, y, batchSize: batch, verbose: 0, shuffle: false)) / steps;
    }

    private static double Adam(int n)
    {
        var variable = Variable.Wrap("p", GC.AllocateArray<float>(n, pinned: true), [n]);
        variable.Assign(Tensor.Ones([n]));
        var gradient = RandomNormal([n]);
        var adam = new Adam(learningRate: 1e-3);
        adam.Build([variable]);
        Tensor[] gradients = [gradient];
        return Best(() => adam.Apply(gradients));
    }

    private static double MatMul(int size)
    {
        var (a, b) = (RandomNormal([size, size]), RandomNormal([size, size]));
        return Best(() => Ops.MatMul(a, b));
    }

    public static Tensor RandomNormal(Shape shape)
    {
        var random = new System.Random(0);
        var values = new float[shape.Size];
        for (var i = 0; i < values.Length; i++) values[i] = random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f;
        return Tensor.From(values, shape);
    }

    public static double Best(Action work, double seconds = 1, int rounds = 5)
    {
        // Tiered compilation needs some calls and a moment before the loops are what they will be.
        var warm = Stopwatch.StartNew();
        for (var i = 0; i < 3 || (warm.Elapsed.TotalSeconds < 0.5 && i < 2000); i++) work();
        var one = Stopwatch.StartNew();
        work();
        var repetitions = Math.Max(1, (int)(seconds / rounds / Math.Max(one.Elapsed.TotalSeconds, 1e-7)));
        var best = double.MaxValue;
        for (var round = 0; round < rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < repetitions; i++) work();
            best = Math.Min(best, watch.Elapsed.TotalSeconds / repetitions);
        }

        return best;
    }

    private static void Say(string work, string unit, double value) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $$"""{"work": "{{work}}", "unit": "{{unit}}", "value": {{value:F3}}, "threads": {{Environment.GetEnvironmentVariable("DESCENT_NUM_THREADS") ?? Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)}}}"""));
}
