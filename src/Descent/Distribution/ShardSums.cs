using System.Numerics.Tensors;

namespace Descent.Distribution;

/// <summary>
/// Adds up values over all shards of a batch. The shards of this rank come in their order; then the ranks exchange what they have. With one shard a
/// rank the communicator adds; with more, or a fixed number of shards, all is added in the order of <see cref="ShardTree"/>, so the sums do not depend on the number of ranks.
/// </summary>
internal sealed class ShardSums
{
    /// <summary>How many elements ranks exchange at once: few enough that they stay in the cache.</summary>
    public const int Bucket = 256 * 1024;

    private readonly Communicator _communicator;
    private readonly ShardCut _cut;
    private readonly bool _inTree;
    private readonly List<(int Start, int End)> _nodes = []; // so far; the values of each stand in the room at its place
    private readonly List<Memory<float>> _rooms = [];
    private readonly List<Memory<float>> _gatheredRooms = [];
    private readonly int[] _nodesOfRank;
    private readonly (int Start, int End)[] _nodesOfAll;
    private readonly int[] _counts;
    private float[] _sent = [];
    private float[] _gathered = [];
    private int _length;

    public ShardSums(Communicator communicator, ShardCut cut, bool inTree)
    {
        (_communicator, _cut, _inTree) = (communicator, cut, inTree);
        var nodes = Enumerable.Range(0, cut.Ranks).Select(r => ShardTree.Nodes(cut.FirstOf(r), cut.FirstOf(r + 1), cut.Shards)).ToArray();
        _nodesOfRank = [.. nodes.Select(n => n.Count)];
        _nodesOfAll = [.. nodes.SelectMany(n => n)];
        _counts = new int[cut.Ranks];
    }

    /// <summary>Room for the values of the next shard, to be filled before <see cref="Add(int)"/>.</summary>
    public Span<float> Next(int length)
    {
        if (_nodes.Count == 0) _length = length;
        else if (length != _length) throw Astray();
        var place = _nodes.Count;
        if (place == _rooms.Count) _rooms.Add(default);
        if (_rooms[place].Length < length) _rooms[place] = New(length);
        return _rooms[place].Span[..length];
    }

    /// <summary>Takes the values of a shard.</summary>
    /// <param name="shard">Which: the one after that which was added before.</param>
    public void Add(int shard)
    {
        if (shard != (_nodes.Count == 0 ? _cut.First : _nodes[^1].End)) throw Astray();
        Add((shard, shard + 1), _rooms, _length);
    }

    /// <summary>Adds what all ranks have, once all shards of this rank are there.</summary>
    /// <returns>The sums, which stay until values are added again, always in the same memory unless their number grows.</returns>
    public Memory<float> Finish()
    {
        if (_nodes.Count == 0 || _nodes[^1].End != _cut.First + _cut.Count) throw Astray();
        _nodes.Clear();
        var sums = _rooms[0][.._length];
        if (_cut.Ranks == 1) return sums;
        for (var start = 0; start < _length; start += Bucket)
        {
            var length = Math.Min(Bucket, _length - start);
            if (_inTree) Exchange(start, length);
            else _communicator.AllReduce(sums.Slice(start, length));
        }

        return sums;
    }

    /// <summary>Forgets shards of a step that failed.</summary>
    public void Clear() => _nodes.Clear();

    // Every rank gets the nodes of all, and adds them.
    private void Exchange(int start, int length)
    {
        var own = _nodesOfRank[_communicator.Rank];
        if (_sent.Length < own * length) _sent = New(own * length);
        if (_gathered.Length < _nodesOfAll.Length * length) _gathered = New(_nodesOfAll.Length * length);
        for (var i = 0; i < own; i++) _rooms[i].Slice(start, length).CopyTo(_sent.AsMemory(i * length));
        for (var r = 0; r < _counts.Length; r++) _counts[r] = _nodesOfRank[r] * length;
        _communicator.AllGather<float>(_sent.AsMemory(0, own * length), _gathered.AsMemory(0, _nodesOfAll.Length * length), _counts);

        // Nodes that wait for their siblings stand at the beginning: there are never more of them than have come.
        _gatheredRooms.Clear();
        for (var i = 0; i < _nodesOfAll.Length; i++) _gatheredRooms.Add(_gathered.AsMemory(i * length, length));
        for (var i = 0; i < _nodesOfAll.Length; i++)
        {
            if (_nodes.Count < i) _gatheredRooms[i].CopyTo(_gatheredRooms[_nodes.Count]);
            Add(_nodesOfAll[i], _gatheredRooms, length);
        }

        _nodes.Clear();
        _gatheredRooms[0].CopyTo(_rooms[0][start..]);
    }

    // The values of the node stand behind those of the nodes before it.
    private void Add((int Start, int End) node, List<Memory<float>> rooms, int length)
    {
        _nodes.Add(node);
        for (var last = _nodes.Count - 1; last > 0 && ShardTree.AreSiblings(_nodes[last - 1], _nodes[last], _cut.Shards); last--)
        {
            var sum = rooms[last - 1].Span[..length];
            TensorPrimitives.Add(sum, rooms[last].Span[..length], sum);
            _nodes[last - 1] = (_nodes[last - 1].Start, _nodes[last].End);
            _nodes.RemoveAt(last);
        }
    }

    private static float[] New(int length) => GC.AllocateUninitializedArray<float>(length, pinned: true);

    private static InvalidOperationException Astray() => new(
        "All parts of a batch must go the same way through the model. Received: one that came to another place where they meet. A layer of your own must not decide by its rows which layers it calls.");
}
