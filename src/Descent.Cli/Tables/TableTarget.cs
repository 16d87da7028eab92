namespace Descent.Cli.Tables;

/// <summary>The column that a network predicts.</summary>
/// <param name="Name">Its name in the table that was trained on.</param>
internal abstract record TableTarget(string Name)
{
    /// <summary>The outputs of the network for a row.</summary>
    public abstract int OutputCount { get; }
}

/// <summary>A column of classes; the network gives the probability of each.</summary>
/// <param name="Name">The name of the column.</param>
/// <param name="Classes">The classes, in the order of the outputs.</param>
internal sealed record ClassTarget(string Name, IReadOnlyList<string> Classes) : TableTarget(Name)
{
    public override int OutputCount => Classes.Count;
}

/// <summary>A column of numbers: <c>output · Deviation + Mean</c>.</summary>
/// <param name="Name">The name of the column.</param>
/// <param name="Mean">What is added; 0 if the network itself does so.</param>
/// <param name="Deviation">What is multiplied with; 1 if the network itself does so.</param>
internal sealed record NumberTarget(string Name, double Mean, double Deviation) : TableTarget(Name)
{
    public override int OutputCount => 1;
}
