using System.Globalization;
using Descent.Cli.Measuring;
using Descent.Data;
using Descent.Layers;
using Descent.Losses;
using Descent.Optimizers;
using Descent.Threading;

namespace Descent.Benchmarks;

/// <summary>Trains one model on one batch again and again and says how much memory the process took at most: the work of `torch_peer.py memory`.</summary>
internal static class MemoryWork
{
    private const double MiB = 1024 * 1024;

    /// <summary>Trains and prints one line of JSON.</summary>
    /// <param name="layers">The sizes of the layers, such as <c>784-128-10</c>.</param>
    /// <param name="batch">The samples of a step.</param>
    public static void Run(string layers, int batch)
    {
        int[] sizes = [.. layers.Split('-').Select(s => int.Parse(s, CultureInfo.InvariantCulture))];
        var model = new Sequential([new InputLayer([sizes[0]]), .. sizes[1..^1].Select(s => new Dense(s, "relu")), new Dense(sizes[^1])]);
        model.Compile(optimizer: new Adam(learningRate: 1e-3), loss: new SparseCategoricalCrossentropy { FromLogits = true });
        var x = Work.RandomNumbers([batch, sizes[0]]);
        var y = Tensor.From([.. Enumerable.Range(0, batch).Select(i => i % sizes[^1])]);
        var steps = (int)Math.Clamp(2e9 / (6.0 * batch * model.CountParams()), 2, 2000);
        var batches = Enumerable.Repeat(new Batch(x, y), steps);
        var seconds = new Timing(Rounds: 3, Seconds: 0.15).Least(() => model.Fit(batches, verbose: 0))[0] / steps;

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $$"""
            {"work": "mlp {{layers}} b{{batch}}", "parameters": {{model.CountParams()}}, "peak MiB": {{Memory.Peak / MiB:F1}}, "heap MiB": {{GC.GetTotalMemory(false) / MiB:F1}}, "us/step": {{seconds * 1e6:F1}}, "threads": {{Workers.Count}}}
            """));
    }
}
