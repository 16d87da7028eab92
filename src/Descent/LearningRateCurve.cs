using System.Globalization;
using Descent.Charts;

namespace Descent;

/// <summary>What a range test found: the loss at each learning rate, and a rate to train with.</summary>
/// <seealso cref="LearningRateFinder"/>
public sealed class LearningRateCurve
{
    internal LearningRateCurve(IReadOnlyList<double> rates, IReadOnlyList<double> losses, IReadOnlyList<double> smoothedLosses, double smoothing)
    {
        (Rates, Losses, SmoothedLosses) = (rates, losses, smoothedLosses);
        Suggestion = Suggest(Lag(smoothing));
    }

    /// <summary>The learning rates, ascending, one per step; fewer than asked for if the loss diverged.</summary>
    public IReadOnlyList<double> Rates { get; }

    /// <summary>The loss of each step's batch, before the update with its rate, penalties of regularizers included. All are finite.</summary>
    public IReadOnlyList<double> Losses { get; }

    /// <summary>The losses as an exponential moving average.</summary>
    public IReadOnlyList<double> SmoothedLosses { get; }

    /// <summary>
    /// The rate halfway, in steps, between the one at which the smoothed loss falls most steeply and the one at which it is lowest; null if it never falls by a thousandth.
    /// The first is on the careful side, the second is where training begins to fail. A smoothed loss tells of losses that are <c>lag = Smoothing / (1 − Smoothing)</c> steps old on
    /// average, and finer detail than that is noise. So the slope is taken over <c>lag</c> steps, and where it is steepest, from step <c>i</c> to <c>i + lag</c>, it tells of the
    /// steps from <c>i − lag</c> to <c>i</c>: the rate is that of their middle. The rate of the lowest loss is that of <c>lag</c> steps before it, too.
    /// </summary>
    public double? Suggestion { get; }

    /// <inheritdoc/>
    public override string ToString() => Rates.Count == 0
        ? "No suggestion: the first loss is not finite. Look for large values in the data, or try a lower Minimum."
        : string.Create(CultureInfo.InvariantCulture, $"{(Suggestion is { } rate ? $"Suggestion: {rate:0.0e+0}" : "No suggestion: the loss does not fall. Try other rates, or more steps")} ({Rates.Count} steps, rates {Rates[0]:0.0e+0} to {Rates[^1]:0.0e+0}, lowest smoothed loss {SmoothedLosses.Min():0.####}).");

    /// <summary>Draws the losses over the logarithm of the rate as an SVG picture, with the suggestion marked.</summary>
    /// <param name="path">The file, which is replaced whole or not at all.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    public void Plot(string path)
    {
        Series[] lines = [new("smoothed", Rates, SmoothedLosses), new("loss", Rates, Losses) { IsFaint = true }];
        ChartSheet.Save(path, new LineChart
        {
            Title = "Learning rate range test",
            XTitle = "learning rate",
            YTitle = "loss",
            Lines = lines,
            IsLogX = true,
            IsLogY = LineChart.SpansDecades(lines),
            CountsX = false,
            Marks = Suggestion is { } rate ? [(rate, string.Create(CultureInfo.InvariantCulture, $"suggestion: {rate:0.0e+0}"))] : [],
        });
    }

    /// <summary>How many steps back the losses lie, on average, of which a smoothed loss tells.</summary>
    internal static int Lag(double smoothing) => (int)Math.Round(smoothing / (1 - smoothing));

    private double? Suggest(int lag)
    {
        if (Rates.Count == 0) return null;
        int? steepestStep = null;
        var steepest = 0.0;
        var lowest = SmoothedLosses.Index().MinBy(point => point.Item).Index;
        var width = Math.Max(lag, 1);
        for (var i = lag; i <= lowest - width; i++)
        {
            var first = i - lag;
            var fall = SmoothedLosses[i] - SmoothedLosses[i + width];
            if (fall < 1e-3 * Math.Abs(SmoothedLosses[i])) continue; // it would be rounding that is suggested
            var slope = fall / Math.Log(Rates[first + width] / Rates[first]);
            if (slope > steepest) (steepest, steepestStep) = (slope, first + width / 2);
        }

        return steepestStep is { } step ? Rates[(step + lowest - lag) / 2] : null;
    }
}
