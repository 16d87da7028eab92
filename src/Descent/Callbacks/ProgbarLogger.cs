using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Descent.Callbacks;

/// <summary>Shows how far a run has come in Keras' form: a bar that is redrawn on a terminal, one line per epoch elsewhere.</summary>
/// <remarks>Fit, Evaluate and Predict add it by themselves unless <c>verbose</c> is 0.</remarks>
public sealed class ProgbarLogger : Callback
{
    // A bar that moves faster than this is not seen to move.
    private static readonly long RedrawInterval = Stopwatch.Frequency / 20;

    private readonly IAnsiConsole _console;
    private readonly bool _redraws;
    private bool _isFit;
    private int _seen;
    private long _start;
    private long _afterFirst;
    private long _drawn;

    /// <summary>Creates a bar on the standard output.</summary>
    public ProgbarLogger()
        : this(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) })) // the shared console keeps the output of its first use
    {
    }

    /// <summary>Creates a bar on a console.</summary>
    /// <param name="console">Where it is written.</param>
    public ProgbarLogger(IAnsiConsole console)
    {
        ArgumentNullException.ThrowIfNull(console);
        _console = console;
        _redraws = console.Profile.Out.IsTerminal && console.Profile.Capabilities.Ansi;
    }

    /// <inheritdoc/>
    public override void OnTrainBegin()
    {
        _isFit = true;
        Start(); // a training that continues within an epoch does not begin it again
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(Logs logs) => _isFit = false;

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch)
    {
        if (Params.Epochs > 1) _console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Epoch {epoch + 1}/{Params.Epochs}"));
        Start();
    }

    /// <inheritdoc/>
    public override void OnTrainBatchEnd(int batch, Logs logs) => Step(batch, logs);

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs) => Finish(logs);

    /// <inheritdoc/>
    public override void OnTestBegin()
    {
        if (!_isFit) Start();
    }

    /// <inheritdoc/>
    public override void OnTestBatchEnd(int batch, Logs logs)
    {
        if (!_isFit) Step(batch, logs);
    }

    /// <inheritdoc/>
    public override void OnTestEnd(Logs logs)
    {
        if (!_isFit) Finish(logs);
    }

    /// <inheritdoc/>
    public override void OnPredictBegin() => Start();

    /// <inheritdoc/>
    public override void OnPredictBatchEnd(int batch, Tensor outputs) => Step(batch, null);

    /// <inheritdoc/>
    public override void OnPredictEnd() => Finish(null);

    private void Start()
    {
        _seen = 0;
        _start = _afterFirst = _drawn = Stopwatch.GetTimestamp();
    }

    private void Step(int batch, Logs? logs)
    {
        _seen = batch + 1;
        if (_seen == 1) _afterFirst = Stopwatch.GetTimestamp();
        if (!_redraws || Params.Verbose != 1) return;
        var now = Stopwatch.GetTimestamp();
        if (now - _drawn < RedrawInterval) return;
        _drawn = now;
        Redraw(Line(now, logs, isFinal: false));
    }

    private void Finish(Logs? logs)
    {
        var line = Line(Stopwatch.GetTimestamp(), logs, isFinal: true);
        if (_redraws && Params.Verbose == 1) Redraw(line);
        else if (_redraws) _console.Markup(line.ToMarkup());
        else _console.Profile.Out.Writer.Write(line.ToString()); // a file's lines have no width to wrap at
        _console.WriteLine();
    }

    private ProgressLine Line(long now, Logs? logs, bool isFinal) => new()
    {
        Step = _seen,
        Steps = Params.Steps ?? (isFinal ? _seen : null),
        HasBar = Params.Verbose == 1,
        Elapsed = Stopwatch.GetElapsedTime(_start, now).TotalSeconds,
        // The first step warms up; it is no measure of the others.
        PerStep = _seen > 1 ? Stopwatch.GetElapsedTime(_afterFirst, now).TotalSeconds / (_seen - 1) : Stopwatch.GetElapsedTime(_start, now).TotalSeconds,
        IsFinal = isFinal,
        Logs = logs ?? [],
    };

    // Spectre's live displays own the cursor; a line of our own leaves the user's output between epochs alone.
    private void Redraw(ProgressLine line)
    {
        _console.Write(new ControlCode("\r\u001b[K"));
        _console.Markup((line.IsFinal ? line : line.Fit(_console.Profile.Width - 1)).ToMarkup()); // the last line of an epoch is whole: it may wrap
    }
}
