namespace Descent;

/// <summary>An optimizer in an <see cref="OptimizerComparison"/>.</summary>
public sealed class ComparedOptimizer
{
    internal ComparedOptimizer(string name, ComparedRate[] rates, ComparedRate best, int? epochsToCommonLevel) =>
        (Name, Rates, Best, EpochsToCommonLevel) = (name, rates.AsReadOnly(), best, epochsToCommonLevel);

    /// <summary>What it is called: the name that it was given, or its class.</summary>
    public string Name { get; }

    /// <summary>What each learning rate gave, in the order of the comparison.</summary>
    public IReadOnlyList<ComparedRate> Rates { get; }

    /// <summary>The best rate: of those that did not diverge in any run the one with the best <see cref="ComparedRate.Mean"/>, then the lowest <see cref="ComparedRate.MeanValidationLoss"/>.</summary>
    public ComparedRate Best { get; }

    /// <summary>Whether it diverged with every rate.</summary>
    public bool IsDiverged => Best.IsDiverged;

    /// <summary>The first epoch, from 1, in which the <see cref="ComparedRate.Curve"/> of the best rate is at <see cref="ComparisonResult.CommonLevel"/> or better; null if it diverged.</summary>
    public int? EpochsToCommonLevel { get; }
}
