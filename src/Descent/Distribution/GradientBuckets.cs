namespace Descent.Distribution;

/// <summary>
/// Adds up gradients over ranks that have one shard each, in buckets: what is complete is on its way while the backward pass goes on. Variables that follow each other make
/// a bucket; the last ones come first.
/// </summary>
internal sealed class GradientBuckets
{
    private const int Bucket = 256 * 1024; // elements: small enough that what is exchanged stays in the cache

    private readonly Communicator _communicator;
    private readonly FlatLayout _layout;
    private readonly Memory<float> _gradients;
    private readonly OptimizerSlices? _slices;
    private readonly int[] _bucketOf; // of each variable
    private readonly int[] _sizes; // the variables of each bucket
    private readonly int[] _missing;
    private readonly bool[] _isHere;
    private readonly int[] _counts;
    private readonly Queue<CollectiveRequest> _requests = new();
    private int _next; // the bucket to be sent

    /// <summary>Prepares buckets.</summary>
    /// <param name="communicator">Reaches the other ranks.</param>
    /// <param name="layout">The variables.</param>
    /// <param name="gradients">Takes the gradients of this rank's shard, then the sums.</param>
    /// <param name="slices">Which of the sums each rank needs; null: all.</param>
    public GradientBuckets(Communicator communicator, FlatLayout layout, Memory<float> gradients, OptimizerSlices? slices)
    {
        (_communicator, _layout, _gradients, _slices) = (communicator, layout, gradients, slices);
        _bucketOf = new int[layout.Count];
        var (bucket, filled) = (0, 0);
        for (var v = layout.Count - 1; v >= 0; v--)
        {
            if (filled >= Bucket) (bucket, filled) = (bucket + 1, 0);
            _bucketOf[v] = bucket;
            filled += layout.Room(v).Length;
        }

        _sizes = new int[bucket + 1];
        foreach (var b in _bucketOf) _sizes[b]++;
        _missing = new int[bucket + 1];
        _isHere = new bool[layout.Count];
        _counts = new int[communicator.Size];
    }

    /// <summary>The gradients, then the sums: all, or those that this rank needs.</summary>
    public Memory<float> Sums => _slices?.Gradients ?? _gradients;

    /// <summary>Begins a backward pass.</summary>
    public void Begin()
    {
        _requests.Clear();
        _next = 0;
        _sizes.CopyTo(_missing, 0);
        Array.Clear(_isHere);
    }

    /// <summary>Takes a gradient that is complete, and sends buckets that are, in their order. All ranks do so in the same moments, as they go the same way.</summary>
    /// <param name="variable">Whose it is.</param>
    /// <param name="gradient">The gradient; null if this rank adds nothing.</param>
    public void Add(int variable, Tensor? gradient)
    {
        if (_isHere[variable]) return;
        _isHere[variable] = true;
        var (start, length) = _layout.Room(variable);
        var room = _gradients.Span.Slice(start, length);
        if (gradient is null) room.Clear();
        else gradient.Floats.CopyTo(room);
        _missing[_bucketOf[variable]]--;
        while (_next < _missing.Length && _missing[_next] == 0) Send(_next++);
        while (_requests.TryPeek(out var request) && request.Test()) _requests.Dequeue(); // which drives the others on
    }

    /// <summary>Waits for all sums.</summary>
    public Memory<float> Finish()
    {
        for (var v = _isHere.Length - 1; v >= 0; v--) Add(v, null);
        while (_requests.TryDequeue(out var request)) request.Wait();
        return Sums;
    }

    private void Send(int bucket)
    {
        var (first, last) = (Array.IndexOf(_bucketOf, bucket), Array.LastIndexOf(_bucketOf, bucket));
        var end = _layout.Room(last).Start + _layout.Room(last).Length;
        for (var start = _layout.Room(first).Start; start < end; start += Bucket)
        {
            var part = _gradients.Slice(start, Math.Min(Bucket, end - start));
            _requests.Enqueue(_slices is null
                ? _communicator.StartAllReduce(part)
                : _communicator.StartReduceScatter(part, _slices.Overlap(start, part.Length, _counts), _counts));
        }
    }
}
