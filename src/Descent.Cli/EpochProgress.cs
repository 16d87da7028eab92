using System.Diagnostics;
using System.Globalization;
using Descent.Callbacks;
using Spectre.Console;

namespace Descent.Cli;

/// <summary>Shows a run of many short epochs in one line that is redrawn; where the output is no terminal, in about ten lines.</summary>
internal sealed class EpochProgress(IAnsiConsole console) : Callback
{
    private const int BarWidth = 20;
    private const int Lines = 10;
    private static readonly TimeSpan RedrawInterval = TimeSpan.FromSeconds(0.05);

    private readonly bool _redraws = console.Profile.Out.IsTerminal && console.Profile.Capabilities.Ansi;
    private readonly Stopwatch _sinceDrawn = new();
    private string _last = "";

    public override void OnTrainBegin() => _sinceDrawn.Start();

    public override void OnEpochEnd(int epoch, Logs logs)
    {
        _last = Line(epoch + 1, logs);
        var isDue = _redraws ? _sinceDrawn.Elapsed >= RedrawInterval : (epoch + 1) % Math.Max(1, Params.Epochs / Lines) == 0;
        if (isDue)
            Draw();
    }

    public override void OnTrainEnd(Logs logs)
    {
        if (_last.Length > 0)
            Draw();
        if (_redraws)
            console.Profile.Out.Writer.WriteLine();
    }

    private void Draw()
    {
        _sinceDrawn.Restart();
        var writer = console.Profile.Out.Writer;
        if (_redraws)
            // A line that wraps cannot be redrawn.
            writer.Write($"\r\u001b[K{_last[..Math.Min(_last.Length, console.Profile.Width - 1)]}");
        else
            writer.WriteLine(_last);
        _last = "";
    }

    private string Line(int epoch, Logs logs)
    {
        var done = BarWidth * epoch / Params.Epochs;
        var bar = new string('━', done) + new string('╌', BarWidth - done);
        var values = logs.Select(log => string.Create(CultureInfo.InvariantCulture, $" - {log.Key}: {log.Value:0.0000}"));
        return $"Epoch {epoch.ToString(CultureInfo.InvariantCulture).PadLeft(Params.Epochs.ToString(CultureInfo.InvariantCulture).Length)}/{Params.Epochs} {bar}{string.Concat(values)}";
    }
}
