using System.Globalization;

namespace Descent.Cli.Racing;

/// <summary>The way of an optimizer.</summary>
/// <param name="Name">The optimizer.</param>
/// <param name="Rate">Its learning rate.</param>
/// <param name="Function">What it minimised.</param>
/// <param name="Points">Where it was, and how high, before the first step and after each; one that is not finite is the last.</param>
internal sealed record RacePath(string Name, double Rate, RaceFunction Function, IReadOnlyList<(double X, double Y, double Value)> Points)
{
    /// <summary>The mean height over the second half of the way: low for who has come far and stays there. Not finite if the optimizer diverged.</summary>
    public double Late => double.IsFinite(Points[^1].Value) ? Points.Skip(Points.Count / 2).Average(p => p.Value) : double.PositiveInfinity;

    /// <summary>The step at which it left the picture for good; null if it ends inside.</summary>
    public int? LeftAt
    {
        get
        {
            var last = Points.Count - 1;
            while (last >= 0 && !IsInside(Points[last])) last--;
            return last == Points.Count - 1 ? null : last + 1;
        }
    }

    /// <summary>Whether it never leaves the picture.</summary>
    public bool StaysInside => Points.All(IsInside);

    /// <summary>Where it came to, in words.</summary>
    public string End => LeftAt is { } step
        ? string.Create(CultureInfo.InvariantCulture, $"left the picture at step {step:N0}")
        : string.Create(CultureInfo.InvariantCulture, $"came to f = {Points[^1].Value:g4}");

    private bool IsInside((double X, double Y, double Value) point) =>
        point.X >= Function.X.First && point.X <= Function.X.Last && point.Y >= Function.Y.First && point.Y <= Function.Y.Last;
}
