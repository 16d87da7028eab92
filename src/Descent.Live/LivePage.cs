using System.Diagnostics;
using System.Net.Sockets;
using Descent.Callbacks;

namespace Descent.Live;

/// <summary>
/// Shows a training in the browser while it runs: loss and metrics of batches and epochs, learning rate, gradient norm, examples per second and the time left;
/// a button ends the training after the current step.
/// </summary>
/// <remarks>
/// <para>
/// The page is served to this machine alone, at an address with a secret that is printed when training begins. From another machine: <c>ssh -L 8080:127.0.0.1:PORT</c>.
/// Whoever knows the address can look and stop, nothing else.
/// </para>
/// <para>
/// Training does not depend on it: browsers may come, leave and be several, and a port that cannot be had becomes another one, with a warning. The page stays until this is
/// disposed, and browsers keep showing what they knew last. One page can follow several trainings, one after the other.
/// </para>
/// </remarks>
/// <example><code>
/// using var page = new LivePage();
/// model.Fit(x, y, epochs: 10, validationSplit: 0.2, callbacks: [page]);
/// </code></example>
public sealed class LivePage : Callback, IDisposable
{
    private const int MostPorts = 65535;

    private readonly StepSampler _sampler;
    private LiveServer? _server;
    private volatile bool _isStopped;
    private bool _isDisposed;
    private int _epoch;
    private int _batches;

    /// <summary>Creates the callback. The page is there from <see cref="Start"/> on, or when training begins.</summary>
    /// <param name="port">The port, from 1 to 65535. Default 0: one that is free. If it cannot be had, the page takes a free one and warns (<see cref="DescentLog"/>).</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such port.</exception>
    public LivePage(int port = 0)
    {
        if (port is < 0 or > MostPorts) throw new ArgumentOutOfRangeException(nameof(port), FormattableString.Invariant($"port must be from 1 to {MostPorts}, or 0 for one that is free. Received: {port}."));
        Port = port;
        _sampler = new StepSampler(Record);
    }

    /// <summary>The port that was asked for; 0: any.</summary>
    public int Port { get; }

    /// <summary>Where the address is written when the page is there. Default: the console; <see cref="TextWriter.Null"/>: nowhere.</summary>
    public TextWriter Output { get; init; } = Console.Out;

    /// <summary>The address of the page, with its secret; null before <see cref="Start"/>, or if no page could be served.</summary>
    public Uri? Address => _server?.Address;

    /// <summary>Whether the button was pressed in the training that runs, or in the last one.</summary>
    public bool IsStopped => _isStopped;

    /// <summary>The record that the page shows.</summary>
    internal LiveRecord Record { get; } = new();

    /// <summary>Serves the page, if it is not served yet, and writes its address.</summary>
    /// <exception cref="ObjectDisposedException">The page was disposed.</exception>
    public void Start()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_server is not null) return;
        _server = TryServe(Port) ?? (Port == 0 ? null : TryServe(0));
        if (_server is not null) Output.WriteLine($"Live page: {_server.Address}");
    }

    /// <inheritdoc/>
    public override void OnTrainBegin()
    {
        if (!_isDisposed) Start();
        (_isStopped, _epoch, _batches) = (false, 0, 0);
        Record.Begin(new LiveStatus
        {
            State = LiveState.Running,
            Model = Model.Name,
            Epochs = Params.Epochs,
            Batches = Params.Steps,
            Began = Stopwatch.GetTimestamp(),
        });
        _sampler.Begin(Model);
    }

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch)
    {
        _epoch = epoch;
        _sampler.Resume();
    }

    /// <inheritdoc/>
    public override void OnTestBegin() => _sampler.Pause();

    /// <inheritdoc/>
    public override void OnTrainBatchBegin(int batch) => _sampler.BeginStep(Model);

    /// <inheritdoc/>
    public override void OnTrainBatchEnd(int batch, Logs logs)
    {
        _batches = batch + 1;
        if (_sampler.EndStep(Model, logs)) ShowPlace();
        if (_isStopped) Model.StopTraining = true;
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        _sampler.EndEpoch(logs);
        ShowPlace();
        Record.Update(status => status with { Batches = status.Batches ?? _batches });
        if (_isStopped) Model.StopTraining = true; // pressed while the validation data were evaluated
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(Logs logs)
    {
        if (_isStopped) End(LiveState.Stopped, "Stopped by the button.");
        else if (Model.StopTraining && _epoch + 1 < Params.Epochs) End(LiveState.Stopped, "Stopped early by a callback.");
        else End(LiveState.Finished, "");
    }

    /// <inheritdoc/>
    public override TrainingState GetState() => new() { Values = { ["steps"] = _sampler.Steps, ["epoch"] = _epoch } };

    /// <inheritdoc/>
    public override void SetState(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var reader = state.Reader(nameof(LivePage));
        (_sampler.Steps, _epoch) = (reader.Int("steps"), reader.Int("epoch"));
    }

    /// <summary>Takes the page down. Browsers that show it keep what they know.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        Record.Update(status => status with { IsLast = true });
        _server?.Dispose();
    }

    internal override void OnTrainFailed(Exception exception)
    {
        if (exception is OperationCanceledException) End(LiveState.Stopped, "Cancelled by the program.");
        else End(LiveState.Failed, exception.Message);
    }

    // The steps of this run begin where another one was interrupted.
    private void ShowPlace() => Record.Update(status => status with
    {
        Epoch = _epoch + 1,
        Batch = _batches,
        Parameters = Model.CountParams(),
        First = status.Epoch == 0 ? (_epoch + 1, _batches - 1) : status.First,
    });

    private void End(LiveState state, string message)
    {
        _sampler.End();
        Record.Update(status => status with { State = state, Message = message, Ended = Stopwatch.GetTimestamp() });
    }

    private void Stop()
    {
        if (Record.Status.State != LiveState.Running) return;
        _isStopped = true;
        Record.Update(status => status with { IsStopping = true });
    }

    private LiveServer? TryServe(int port)
    {
        try
        {
            return new LiveServer(port, Record, _sampler.Request, Stop);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            var instead = port == 0 ? "The training goes on without it." : "It takes another one.";
            DescentLog.Warn<LivePage>(FormattableString.Invariant($"The live page cannot have port {port}. {instead} {exception.Message}"));
            return null;
        }
    }
}
