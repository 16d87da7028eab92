using System.Collections;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Descent.Data;

/// <summary>Enumerates a sequence on a thread of its own, some items ahead.</summary>
internal sealed class PrefetchEnumerator<T> : IEnumerator<T>
{
    private readonly Func<IEnumerator<T>> _begin;
    private readonly BlockingCollection<T> _ready;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _failure;
    private bool _disposed;

    /// <param name="begin">Begins the sequence, on that thread.</param>
    /// <param name="count">How many items may wait.</param>
    public PrefetchEnumerator(Func<IEnumerator<T>> begin, int count)
    {
        _begin = begin;
        _ready = new BlockingCollection<T>(count);
        _thread = new Thread(Produce) { IsBackground = true, Name = "Descent prefetch" };
        _thread.Start();
    }

    public T Current { get; private set; } = default!;

    object? IEnumerator.Current => Current;

    public bool MoveNext()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_ready.TryTake(out var item, Timeout.Infinite))
        {
            Current = item;
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
            using var items = _begin();
            while (items.MoveNext()) _ready.Add(items.Current, _stop.Token);
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
