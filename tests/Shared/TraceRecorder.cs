using System.Diagnostics;

namespace Descent.Tests;

/// <summary>Records the warnings that this thread traces, and no other's, as tests run beside each other.</summary>
internal sealed class TraceRecorder : TraceListener
{
    private readonly int _thread = Environment.CurrentManagedThreadId;

    public TraceRecorder() => Trace.Listeners.Add(this);

    public List<string> Warnings { get; } = [];

    public override void TraceEvent(TraceEventCache? eventCache, string source, TraceEventType eventType, int id, string? message)
    {
        if (eventType == TraceEventType.Warning && Environment.CurrentManagedThreadId == _thread) Warnings.Add(message!);
    }

    public override void TraceEvent(TraceEventCache? eventCache, string source, TraceEventType eventType, int id, string? format, params object?[]? args)
        => TraceEvent(eventCache, source, eventType, id, format);

    public override void Write(string? message)
    {
    }

    public override void WriteLine(string? message)
    {
    }

    protected override void Dispose(bool disposing)
    {
        Trace.Listeners.Remove(this);
        base.Dispose(disposing);
    }
}
