namespace Descent.Live;

/// <summary>The names of charts and lines. The chart of a metric has the metric's name; others begin with a space, which none of those does.</summary>
internal static class Lines
{
    public const string Loss = "loss";
    public const string LearningRate = " learning rate";
    public const string GradientNorm = " gradient norm";
    public const string Speed = " examples per second";

    public const string Batch = "batch";
    public const string Running = "so far in the epoch";
    public const string Epoch = "epoch";
    public const string Validation = "validation";

    /// <summary>The only line of its chart.</summary>
    public const string Value = "";
}
