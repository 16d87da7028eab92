namespace Descent.Optimizers.Schedules;

/// <summary>The way from one learning rate to another.</summary>
public enum Annealing
{
    /// <summary>A straight line.</summary>
    Linear,

    /// <summary>Half a cosine wave: slow at both ends.</summary>
    Cosine,

    /// <summary>One minus the square root of the time that has passed: steep at first.</summary>
    OneMinusSqrt,
}

/// <summary>The formula of each way.</summary>
internal static class AnnealingFormulas
{
    /// <summary>The rate when a fraction of the way has passed; at 0 and 1 exactly its ends. Calculated in double and rounded once.</summary>
    public static double Between(this Annealing annealing, double from, double to, double fraction)
    {
        double left = annealing switch
        {
            Annealing.Linear => 1 - fraction,
            Annealing.Cosine => (1 + Math.Cos(Math.PI * fraction)) / 2,
            _ => 1 - Math.Sqrt(fraction),
        };
        return (float)(from * left + to * (1 - left));
    }
}
