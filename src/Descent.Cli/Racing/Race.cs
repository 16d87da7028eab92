using Descent.Optimizers;

namespace Descent.Cli.Racing;

/// <summary>Lets an optimizer go down a function.</summary>
internal static class Race
{
    /// <summary>The rates that are tried where none is asked for.</summary>
    public static readonly double[] Rates = [1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1, 3];

    /// <summary>Runs an optimizer with a rate; null: with that of <see cref="Rates"/> that brings it lowest, of those with which it stays in the picture if there are any.</summary>
    public static RacePath Run(RaceFunction function, string name, double? rate, int steps)
    {
        if (rate is { } given) return RunOnce(function, name, given, steps);
        return Rates.Select(r => RunOnce(function, name, r, steps)).OrderBy(path => !path.StaysInside).ThenBy(path => path.Late).First();
    }

    private static RacePath RunOnce(RaceFunction function, string name, double rate, int steps)
    {
        var optimizer = Optimizer.Get(name);
        optimizer.LearningRate = rate;
        var place = new Variable("place", Tensor.From([(float)function.Start.X, (float)function.Start.Y], shape: [2]));
        List<(double X, double Y, double Value)> points = [];
        for (var step = 0; step <= steps; step++)
        {
            using var tape = new GradientTape();
            var value = function.Compute(Ops.Slice(place, 0..1), Ops.Slice(place, 1..2));
            var now = place.ToArray();
            points.Add((now[0], now[1], (float)value));
            if (!float.IsFinite(now[0]) || !float.IsFinite(now[1]) || !float.IsFinite((float)value)) break; // it never comes back
            if (step < steps) optimizer.Apply([tape.Gradient(value, [place])[0]], [place]);
        }

        return new RacePath(optimizer.GetType().Name, rate, function, points);
    }
}
