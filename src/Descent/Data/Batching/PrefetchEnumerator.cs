using System.Collections;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Descent.Data;

/// <summary>Enumerates a sequence on a thread of its own, some batches ahead.</summary>
internal sealed class PrefetchEnumerator : IEnumerator<Batch>
{
    private readonly IEnumerable<Batch> _batches;
    private readonly BlockingCollection<Batch> _ready;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _failure;
    private bool _disposed;

    public PrefetchEnumerator(IEnumerable<Batch> batches, int count)
    {
        _batches = batches;
        _ready = new BlockingCollection<Batch>(count);
        _thread = new Thread(Produce) { IsBackground = true, Name = "Descent prefetch" };
        _thread.Start();
    }

    public Batch Current { get; private set; }

    object IEnumerator.Current => Current;

    public bool MoveNext()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_ready.TryTake(out var batch, Timeout.Infinite))
        {
            Current = batch;
            return true;
        }

        _failure?.Throw();
        return false;
    }

    public void Reset() => throw new NotSupportedException();

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _stop.Cancel();
        _thread.Join();
        _ready.Dispose();
        _stop.Dispose();
    }

    private void Produce()
    {
        try
        {
            foreach (var batch in _batches) _ready.Add(batch, _stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Nobody waits for what is missing.
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
        finally
        {
            _ready.CompleteAdding();
        }
    }
}
