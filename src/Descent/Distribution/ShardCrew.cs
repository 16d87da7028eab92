using System.Runtime.ExceptionServices;
using Descent.Data;

namespace Descent.Distribution;

/// <summary>
/// Runs the shards of this rank. One alone runs on the caller's thread; several have a thread each, of which one works at a time: it hands over where all
/// shards meet, and at the end. So layers see one thread at a time, and shards whose numbers depend on each other need no tape in common.
/// </summary>
internal sealed class ShardCrew : IDisposable
{
    private readonly ShardThread[] _threads;
    private readonly Shard[] _shards;
    private readonly ShardSums _sums;
    private readonly Dictionary<object, ulong> _firstPlaces = new(ReferenceEqualityComparer.Instance);
    private readonly SemaphoreSlim _end = new(0);
    private readonly ShardCut _cut;
    private readonly bool[] _isDone;
    private float[] _met = [];
    private (Batch Batch, int TotalRows, Action<Shard, Batch> Work) _task;
    private ExceptionDispatchInfo? _failure;

    public ShardCrew(Communicator communicator, ShardCut cut, bool inTree)
    {
        _cut = cut;
        _sums = new ShardSums(communicator, cut, inTree);
        _shards = [.. Enumerable.Range(cut.First, cut.Count).Select(i => new Shard(this, cut, i))];
        _isDone = new bool[cut.Count];
        _threads = cut.Count == 1 ? [] : [.. _shards.Select(s => new ShardThread(s, RunShard))];
    }

    /// <summary>The gradients that are under way while shards may meet; null: none.</summary>
    public GradientBuckets? Buckets { get; set; }

    /// <summary>Works on all shards of this rank.</summary>
    /// <param name="batch">The rows of this rank.</param>
    /// <param name="totalRows">How many the batch has over all ranks.</param>
    /// <param name="work">What to do with each shard.</param>
    public void Run(Batch batch, int totalRows, Action<Shard, Batch> work)
    {
        if (_threads.Length == 0)
        {
            _shards[0].Run(batch, totalRows, work);
            return;
        }

        _task = (batch, totalRows, work);
        _firstPlaces.Clear();
        Array.Clear(_isDone);
        _failure = null;
        _threads[0].Resume();
        _end.Wait();
        _task = default;
        if (_failure is null) return;
        _sums.Clear();
        _failure.Throw();
    }

    /// <summary>Adds up values over all shards of the batch.</summary>
    public void Meet(Shard shard, Span<float> values)
    {
        Buckets?.SendAll();
        values.CopyTo(_sums.Next(values.Length));
        _sums.Add(shard.Index);
        var place = shard.Index - _cut.First;
        if (place == _shards.Length - 1)
        {
            var sums = _sums.Finish().Span;
            if (_met.Length < sums.Length) _met = new float[sums.Length];
            sums.CopyTo(_met);
        }

        if (_threads.Length > 0)
        {
            _threads[(place + 1) % _threads.Length].Resume();
            _threads[place].Wait();
            if (_failure is not null) throw new OperationCanceledException(); // another shard says why
        }

        _met.AsSpan(0, values.Length).CopyTo(values);
    }

    /// <summary>The place where a stream of random numbers stood before any shard took from it in this run.</summary>
    public ulong FirstPlace(object stream, ulong next)
    {
        if (!_firstPlaces.TryGetValue(stream, out var first)) _firstPlaces.Add(stream, first = next);
        return first;
    }

    public void Dispose()
    {
        foreach (var thread in _threads) thread.Dispose();
        _end.Dispose();
    }

    private void RunShard(Shard shard)
    {
        try
        {
            if (_failure is null) shard.Run(_task.Batch, _task.TotalRows, _task.Work);
        }
        catch (Exception exception)
        {
            _failure ??= ExceptionDispatchInfo.Capture(exception);
        }

        // After a failure those that wait where shards meet are woken to give up.
        var place = shard.Index - _cut.First;
        _isDone[place] = true;
        var next = Array.IndexOf(_isDone, false, place);
        if (next < 0) next = Array.IndexOf(_isDone, false);
        if (next < 0) _end.Release();
        else _threads[next].Resume();
    }
}
