using System.Diagnostics;
using System.Text.Json;

namespace Descent.Live;

/// <summary>What becomes of a training.</summary>
internal enum LiveState
{
    /// <summary>None has begun.</summary>
    Waiting,
    Running,
    Finished,

    /// <summary>Ended early: by the button, a callback, or a cancellation.</summary>
    Stopped,
    Failed,
}

/// <summary>Where a training stands.</summary>
internal sealed record LiveStatus
{
    public LiveState State { get; init; }

    /// <summary>Why it ended early; empty if there is nothing to say.</summary>
    public string Message { get; init; } = "";

    public string Model { get; init; } = "";

    /// <summary>The number of the model's parameters.</summary>
    public long Parameters { get; init; }

    /// <summary>The epoch that runs, from 1; 0 before the first.</summary>
    public int Epoch { get; init; }

    /// <summary>The epoch that is to be the last.</summary>
    public int Epochs { get; init; }

    /// <summary>The steps done of this epoch.</summary>
    public int Batch { get; init; }

    /// <summary>The steps of an epoch; null while nobody knows.</summary>
    public int? Batches { get; init; }

    /// <summary>The epoch with which this run began, from 1, and the steps that another run had done of it.</summary>
    public (int Epoch, int Batch) First { get; init; } = (1, 0);

    /// <summary>When training began, as a timestamp of <see cref="Stopwatch"/>.</summary>
    public long Began { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    public long? Ended { get; init; }

    /// <summary>Whether somebody has pressed the button.</summary>
    public bool IsStopping { get; init; }

    /// <summary>Whether nothing will ever follow.</summary>
    public bool IsLast { get; init; }

    /// <summary>The part of all epochs that is done; null while nobody knows.</summary>
    public double? Done => State == LiveState.Finished ? 1 : PartBefore(Epoch, Batch);

    /// <summary>The time since training began, until it ended.</summary>
    public TimeSpan Elapsed(long now) => State == LiveState.Waiting ? TimeSpan.Zero : Stopwatch.GetElapsedTime(Began, Ended ?? now);

    /// <summary>The time that is left if training goes on as it did so far; null while nobody knows.</summary>
    public TimeSpan? Left(long now) =>
        State == LiveState.Running && Done is { } done && PartBefore(First.Epoch, First.Batch) is { } first && done > first
            ? Elapsed(now) * ((1 - done) / (done - first))
            : null;

    public void WriteTo(Utf8JsonWriter json, long now)
    {
        json.WriteStartObject("status");
        json.WriteString("state", State switch
        {
            LiveState.Waiting => "waiting",
            LiveState.Running => "running",
            LiveState.Finished => "finished",
            LiveState.Stopped => "stopped",
            _ => "failed",
        });
        json.WriteString("message", Message);
        json.WriteString("model", Model);
        json.WriteNumber("parameters", Parameters);
        json.WriteNumber("epoch", Epoch);
        json.WriteNumber("epochs", Epochs);
        json.WriteNumber("batch", Batch);
        WriteNumber(json, "batches", Batches);
        WriteNumber(json, "done", Done);
        json.WriteNumber("elapsed", Elapsed(now).TotalSeconds);
        WriteNumber(json, "left", Left(now)?.TotalSeconds);
        json.WriteBoolean("stopping", IsStopping);
        json.WriteBoolean("last", IsLast);
        json.WriteEndObject();
    }

    private double? PartBefore(int epoch, int batch) => Batches is { } batches and > 0 && epoch > 0 ? (epoch - 1 + Math.Min(1, batch / (double)batches)) / Epochs : null;

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }
}
