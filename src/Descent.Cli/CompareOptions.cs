namespace Descent.Cli;

/// <summary>What the user asked <c>descent compare</c> for.</summary>
internal sealed record CompareOptions
{
    /// <summary>The table, the network and how long it is trained.</summary>
    public required TrainOptions Training { get; init; }

    /// <summary>Keras' names of the optimizers.</summary>
    public required string[] Optimizers { get; init; }

    public required double[] LearningRates { get; init; }

    public required int Runs { get; init; }

    /// <summary>The HTML file to write the report to.</summary>
    public string? Report { get; init; }
}
