namespace Descent.Training;

/// <summary>What a run of Fit was asked to do, beside its data.</summary>
internal sealed record FitPlan(int Epochs, int InitialEpoch, int? StepsPerEpoch, int ValidationFreq, int Verbose, long Seed, IProgress<TrainingProgress>? Progress)
{
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public void Check()
    {
        AtLeast(Epochs, 0, "epochs");
        AtLeast(InitialEpoch, 0, "initialEpoch");
        AtLeast(StepsPerEpoch ?? 1, 1, "stepsPerEpoch");
        AtLeast(ValidationFreq, 1, "validationFreq");
    }

    private static void AtLeast(int value, int minimum, string name)
    {
        if (value < minimum)
            throw new ArgumentOutOfRangeException(name, $"{name} must be {minimum} or more. Received: {value}.");
    }
}
