using System.Runtime.InteropServices;

namespace Descent.Cli;

/// <summary>Ctrl+C, or what systems send to programs that shall end: the first cancels the token, a second ends the process as usual.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _signals;

    public Interruption() => _signals = [Register(PosixSignal.SIGINT), Register(PosixSignal.SIGQUIT), Register(PosixSignal.SIGTERM)];

    public CancellationToken Token => _source.Token;

    /// <summary>What it was, once the token is cancelled.</summary>
    public string Cause { get; private set; } = "";

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _source.Dispose();
    }

    private PosixSignalRegistration Register(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        if (_source.IsCancellationRequested) return;
        context.Cancel = true;
        Cause = signal == PosixSignal.SIGTERM ? "SIGTERM" : "Ctrl+C";
        _source.Cancel();
    });
}
