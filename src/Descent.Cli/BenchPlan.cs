using Descent.Cli.Measuring;

namespace Descent.Cli;

/// <summary>What <c>descent bench</c> measures, and for how long.</summary>
internal sealed record BenchPlan
{
    /// <summary>Some 40 seconds.</summary>
    public static readonly BenchPlan Default = new()
    {
        Timing = new Timing(Rounds: 8, Seconds: 0.05) { WarmUp = 0.25 },
        OptimizerTiming = new Timing(Rounds: 40, Seconds: 0.01) { WarmUp = 0.25 },
        ProductSizes = [96, 384, 1024, 2048],
        Networks = Mlp.All,
    };

    /// <summary>Some 20 seconds: without what is large in itself. Optimizers keep their size, as what fits into a cache says nothing of the memory.</summary>
    public static readonly BenchPlan Quick = new()
    {
        Timing = new Timing(Rounds: 4, Seconds: 0.02) { WarmUp = 0.08 },
        OptimizerTiming = new Timing(Rounds: 20, Seconds: 0.005) { WarmUp = 0.08 },
        ProductSizes = [96, 384, 1024],
        Networks = Mlp.All[..^1],
    };

    public required Timing Timing { get; init; }

    /// <summary>That of optimizers and the memory: rounds of a call or two, since the memory's speed changes from moment to moment.</summary>
    public required Timing OptimizerTiming { get; init; }

    /// <summary>Rows and columns of the matrices that optimizers step: as layers have them, since some treat a matrix as a whole.</summary>
    public int MatrixSize { get; init; } = 500;

    public int Matrices { get; init; } = 40;

    public int Parameters => Matrices * MatrixSize * MatrixSize;

    public required int[] ProductSizes { get; init; }

    public required Mlp[] Networks { get; init; }
}
