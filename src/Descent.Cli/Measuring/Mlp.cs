using Descent.Layers;

namespace Descent.Cli.Measuring;

/// <summary>A classifier of dense layers with relu between, trained by Adam on random numbers: the work of a training step.</summary>
/// <param name="Sizes">The features, and the units of each layer.</param>
/// <param name="Batch">The rows of a step.</param>
internal sealed record Mlp(int[] Sizes, int Batch)
{
    // A run of Fit is long enough to measure, and short enough to repeat.
    private const double OperationsOfARun = 5e9;
    private const int MostSteps = 5000;

    /// <summary>Those that benchmarks compare, from small to large.</summary>
    public static readonly Mlp[] All =
    [
        new([10, 64, 10], 32), new([784, 128, 10], 32), new([784, 512, 512, 10], 128), new([1024, 4096, 4096, 1000], 256),
    ];

    /// <summary>The sizes with dashes between.</summary>
    public string Layers => string.Join('-', Sizes);

    /// <summary>The seconds of one step of <c>Fit</c>, with everything that it does: batches, loss, gradients, optimizer, metrics.</summary>
    public double SecondsPerStep(Timing timing)
    {
        var operations = 0.0;
        for (var i = 1; i < Sizes.Length; i++) operations += 6.0 * Batch * Sizes[i - 1] * Sizes[i];
        var steps = (int)Math.Clamp(OperationsOfARun / operations, 2, MostSteps);

        Layer[] layers = [.. Sizes[1..^1].Select(units => new Dense(units, "relu")), new Dense(Sizes[^1])];
        return Work.SecondsPerStep(layers, [Sizes[0]], Sizes[^1], Batch, steps, timing);
    }
}
