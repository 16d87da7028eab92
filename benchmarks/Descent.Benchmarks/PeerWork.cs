using Descent.Cli.Measuring;
using Descent.Layers;
using Descent.Optimizers;

namespace Descent.Benchmarks;

/// <summary>The same work as benchmarks/peers/torch_peer.py, measured in the same way.</summary>
internal static class PeerWork
{
    private static readonly Timing Timing = new(Rounds: 20, Seconds: 0.05);

    public static void Run(string[] names)
    {
        foreach (var n in new[] { 1_000, 100_000, 1_000_000, 25_000_000 })
            Say($"adam {n}", "us", () => Timing.Least(Step(new Adam(), [n]))[0] * 1e6);
        foreach (var size in new[] { 96, 384, 1536 })
            Say($"matmul {size}", "GFLOP/s", () => Work.Gigaflops(size, Timing.Least(Work.MatrixProduct(size))[0]));
        foreach (var network in Mlp.All)
            Say($"mlp {network.Layers} b{network.Batch}", "us/step", () => network.SecondsPerStep(Timing) * 1e6);
        Say("cnn 28x28x1 b64", "us/step", () => Work.SecondsPerStep(Cnn(), [28, 28, 1], classes: 10, batch: 64, steps: 5, Timing) * 1e6);
        Say("embedding 20000x64 t200 b32", "us/step", () => Work.SecondsPerStep(Text(), [200], classes: 10, batch: 32, steps: 40, Timing, words: 20_000) * 1e6);

        foreach (var (name, layers, sample, batch) in SequenceWork.All)
            Say(name, "us/step", () => Work.SecondsPerStep(layers(), sample, classes: 10, batch, steps: 10, Timing) * 1e6);

        void Say(string work, string unit, Func<double> measure)
        {
            if (Figures.Wanted(names, work))
                Figures.Print(work, unit, ("value", measure()));
        }
    }

    /// <summary>The convolutional network that is compared.</summary>
    public static Layer[] Cnn() =>
    [
        new Conv2D(32, 3, "relu"), new MaxPooling2D(2), new Conv2D(64, 3, "relu"), new MaxPooling2D(2), new Flatten(), new Dense(128, "relu"), new Dense(10),
    ];

    private static Layer[] Text() => [new Embedding(20_000, 64), new GlobalAveragePooling1D(), new Dense(10)];

    /// <summary>A step of an optimizer whose variables and gradients lie as those of a model.</summary>
    /// <param name="optimizer">An optimizer that has no variables yet.</param>
    /// <param name="shape">The shape of a variable.</param>
    /// <param name="count">The number of variables.</param>
    public static Action Step(Optimizer optimizer, Shape shape, int count = 1) =>
        Work.OptimizerStep(optimizer, Work.Variables("v", shape, count), Work.Gradients(shape, count));
}
