using Descent.Charts;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;

namespace Descent;

/// <summary>Draws schedules of the learning rate.</summary>
public static class SchedulePlot
{
    private const int MostSamples = 100_000;

    /// <summary>Draws the learning rate over the steps as an SVG picture.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="path">The file, which is replaced whole or not at all.</param>
    /// <param name="steps">How many steps, 1 or more; of more than 100,000 some are left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no step to draw.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    public static void Plot(this LearningRateSchedule schedule, string path, int steps)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        Check.AtLeast(1, steps, nameof(steps));
        var stride = (steps + MostSamples - 1) / MostSamples;
        double[] x = [.. Enumerable.Range(0, (steps + stride - 1) / stride).Select(i => (double)i * stride)];
        Series line = new("learning rate", x, [.. x.Select(step => schedule.At((long)step))]);
        ChartSheet.Save(path, new LineChart { Title = schedule.Name, XTitle = "step", YTitle = "learning rate", Lines = [line] });
    }
}
