using System.Diagnostics;
using Descent.Comparing;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Descent.Cli;

/// <summary>Shows a comparison while it runs: a table that is redrawn or, where the output is no terminal, a line per optimizer and run.</summary>
internal sealed class CompareDisplay(OptimizerComparison comparison, IAnsiConsole console, bool isShown) : IProgress<ComparisonProgress>
{
    private static readonly TimeSpan RedrawInterval = TimeSpan.FromSeconds(0.1);

    private readonly bool _redraws = isShown && console.Profile.Out.IsTerminal && console.Profile.Capabilities.Ansi;
    private readonly Dictionary<(string Optimizer, double Rate), List<ComparedRun>> _finished = [];
    private readonly List<string> _line = [];
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();
    private TimeSpan _drawn;
    private LiveDisplayContext? _live;

    /// <summary>What is known so far; null before the first run is over.</summary>
    public ComparisonResult? Result { get; private set; }

    /// <summary>Shows what is reported while work is done.</summary>
    public void Show(Action work)
    {
        if (!_redraws)
        {
            work();
            return;
        }

        console.Live(new Text("")).AutoClear(true).Start(context =>
        {
            _live = context;
            work();
        });
    }

    public void Report(ComparisonProgress value)
    {
        Result = value.Result;
        if (value.Finished is { } run) Add(value, run);
        if (_live is null || (value.Finished is null && _elapsed.Elapsed - _drawn < RedrawInterval)) return;
        _drawn = _elapsed.Elapsed;
        _live.UpdateTarget(Draw(value));
    }

    private void Add(ComparisonProgress progress, ComparedRun run)
    {
        var rate = progress.LearningRate!.Value; // optimizers by name have one
        if (!_finished.TryGetValue((progress.Optimizer, rate), out var runs)) _finished.Add((progress.Optimizer, rate), runs = []);
        runs.Add(run);
        if (!isShown || _redraws) return;
        _line.Add($"{ComparisonTable.Rate(rate)}: {Score([run])}");
        if (_line.Count < comparison.LearningRates.Count) return;
        console.Profile.Out.Writer.WriteLine($"Run {progress.Run}/{comparison.Runs}, {progress.Optimizer}: {string.Join(", ", _line)}");
        _line.Clear();
    }

    private Rows Draw(ComparisonProgress progress)
    {
        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumn("optimizer");
        foreach (var rate in comparison.LearningRates) table.AddColumn(new TableColumn(ComparisonTable.Rate(rate)).RightAligned());
        foreach (var name in _finished.Keys.Select(key => key.Optimizer).Append(progress.Optimizer).Distinct())
        {
            IEnumerable<IRenderable> scores = comparison.LearningRates.Select(rate => new Text(
                progress.Finished is null && (name, rate) == (progress.Optimizer, progress.LearningRate) ? $"epoch {progress.Epoch}/{comparison.Epochs}"
                : _finished.TryGetValue((name, rate), out var runs) ? Score(runs) : ""));
            table.AddRow([new Text(name), .. scores]);
        }

        var left = _elapsed.Elapsed / progress.Training * (progress.Trainings - progress.Training);
        return new Rows(table, new Text($"Run {progress.Run} of {comparison.Runs}, training {progress.Training} of {progress.Trainings}, about {left:m\\:ss} left"));
    }

    private static string Score(List<ComparedRun> runs) =>
        runs.Exists(r => r.IsDiverged) ? "diverged" : ComparisonTable.Value(runs.Average(r => r.Best));
}
