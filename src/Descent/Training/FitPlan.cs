namespace Descent.Training;

/// <summary>What a run of Fit was asked to do, beside its data.</summary>
internal sealed record FitPlan(int Epochs, int InitialEpoch, int? StepsPerEpoch, int? ValidationSteps, int ValidationFreq, int Verbose, long Seed, IProgress<TrainingProgress>? Progress)
{
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public void Check()
    {
        Descent.Check.AtLeast(0, Epochs, "epochs");
        Descent.Check.AtLeast(0, InitialEpoch, "initialEpoch");
        Descent.Check.AtLeast(1, StepsPerEpoch ?? 1, "stepsPerEpoch");
        Descent.Check.AtLeast(1, ValidationSteps ?? 1, "validationSteps");
        Descent.Check.AtLeast(1, ValidationFreq, "validationFreq");
    }
}
