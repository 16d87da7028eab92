using Descent.Threading;

namespace Descent.Distribution;

/// <summary>
/// Adds up gradients over ranks that have one shard each, in buckets: what is complete is on its way while the backward pass goes on. Buckets are cut from the end, as
/// the gradients of the last variables come first. Libraries move messages only while they are called, so they are called between the chunks of that pass as well.
/// </summary>
internal sealed class GradientBuckets : BackgroundWork
{
    private const int MostUnderWay = 4; // buckets: MPI takes memory for each, and they would push each other out of the cache

    private readonly Communicator _communicator;
    private readonly FlatLayout _layout;
    private readonly Memory<float> _room;
    private readonly OptimizerSlices? _slices;
    private readonly Tensor?[] _gradients; // of this rank
    private readonly bool[] _isHere;
    private readonly int[] _counts;
    private readonly Queue<CollectiveRequest> _requests = new();
    private int _complete; // the variables from this one on are here
    private int _unsent; // the cells before this one have not left

    /// <summary>Prepares buckets.</summary>
    /// <param name="communicator">Reaches the other ranks.</param>
    /// <param name="layout">The variables.</param>
    /// <param name="room">Takes the gradients of this rank's shard, then the sums.</param>
    /// <param name="slices">Which of the sums each rank needs; null: all.</param>
    public GradientBuckets(Communicator communicator, FlatLayout layout, Memory<float> room, OptimizerSlices? slices)
    {
        (_communicator, _layout, _room, _slices) = (communicator, layout, room, slices);
        _gradients = new Tensor?[layout.Count];
        _isHere = new bool[layout.Count];
        _counts = new int[communicator.Size];
    }

    /// <summary>Prepares for a backward pass.</summary>
    public void Clear()
    {
        while (WaitForOne()) // of a step that failed
        {
        }

        (_complete, _unsent) = (_layout.Count, _layout.Length);
        Array.Clear(_isHere);
    }

    /// <summary>Takes a gradient that is complete, and sends buckets that are, in their order.</summary>
    /// <param name="variable">Whose it is.</param>
    /// <param name="gradient">The gradient, which stays as it is until <see cref="Finish"/>; null if this rank adds nothing.</param>
    public void Add(int variable, Tensor? gradient)
    {
        Take(variable, gradient);
        Continue();
    }

    protected override void Continue()
    {
        do Send(MostUnderWay);
        while (_requests.TryPeek(out var request) && request.Test() && _requests.TryDequeue(out _)); // which drives the others on
    }

    /// <summary>Sends all that is complete. Ranks send buckets when they have time, so they do this before they exchange anything else: the order must be the same on all.</summary>
    public void SendAll() => Send(int.MaxValue);

    /// <summary>Waits for all sums.</summary>
    /// <returns>All, or those that this rank needs.</returns>
    public Memory<float> Finish()
    {
        for (var v = 0; v < _isHere.Length; v++) Take(v, null);
        do Send(MostUnderWay);
        while (WaitForOne());
        Array.Clear(_gradients);
        return _slices?.Gradients ?? _room;
    }

    private void Take(int variable, Tensor? gradient)
    {
        if (_isHere[variable]) return;
        (_isHere[variable], _gradients[variable]) = (true, gradient);
        while (_complete > 0 && _isHere[_complete - 1]) _complete--;
    }

    private bool WaitForOne()
    {
        if (!_requests.TryDequeue(out var request)) return false;
        request.Wait();
        return true;
    }

    private void Send(int mostUnderWay)
    {
        var complete = _complete == _layout.Count ? _layout.Length : _layout.Room(_complete).Start;
        while (_unsent > complete && _requests.Count < mostUnderWay)
        {
            var start = Math.Max(0, _unsent - ShardSums.Bucket);
            if (start < complete) return;
            Fill(start, _unsent);
            var bucket = _room[start.._unsent];
            _requests.Enqueue(_slices is null
                ? _communicator.StartAllReduce(bucket)
                : _communicator.StartReduceScatter(bucket, _slices.Overlap(start, bucket.Length, _counts), _counts));
            _unsent = start;
        }
    }

    // The copy is made when it is sent, so that it is still in the cache.
    private void Fill(int start, int end)
    {
        for (var v = _layout.At(start); v < _layout.Count && _layout.Room(v).Start < end; v++)
        {
            var (first, length) = _layout.Part(v, start, end);
            var part = _room.Span.Slice(_layout.Room(v).Start + first, length);
            if (_gradients[v] is { } gradient) gradient.Floats.Slice(first, length).CopyTo(part);
            else part.Clear();
        }
    }
}
