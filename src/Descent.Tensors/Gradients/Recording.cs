using Descent.Memory;

namespace Descent;

/// <summary>
/// What the tapes of one thread have recorded, in order. Nested tapes share one recording; each looks at its own part.
/// </summary>
internal sealed class Recording
{
    [ThreadStatic]
    private static Recording? t_current;

    private readonly List<Node> _nodes = [];
    private readonly Dictionary<Tensor, Node> _leaves = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<Node> _spare = new();
    private int _tapes;
    private int _active;
    private int _passes;

    /// <summary>The recording to which operations of this thread are to be added now, if any.</summary>
    public static Recording? Current => t_current is { _active: > 0 } current ? current : null;

    /// <summary>Whether a tape of this thread has not ended yet.</summary>
    public static bool IsOpen => t_current is { _tapes: > 0 };

    public int Count => _nodes.Count;

    /// <summary>Counts resets: a tape of an earlier generation has nothing left to look at.</summary>
    public int Generation { get; private set; }

    public Node this[int index] => _nodes[index];

    /// <summary>The recording for a new tape of this thread.</summary>
    public static Recording Begin()
    {
        if (t_current is not { _tapes: > 0 } recording)
        {
            // Tapes of one step that follow each other share its recording too: the first one's results may still be in use.
            t_current = recording = StepMemory.Current?.Recording ?? new Recording();
        }

        recording._tapes++;
        recording._active++;
        return recording;
    }

    /// <summary>A tape stops for good.</summary>
    public void End()
    {
        _active--;
        if (--_tapes == 0 && t_current == this) t_current = null;
    }

    public void Pause() => _active--;

    public void Resume() => _active++;

    /// <summary>A backward pass begins; one that composes an operation anew runs inside another.</summary>
    public void BeginPass() => _passes++;

    /// <summary>Forgets everything and keeps the nodes for the next step.</summary>
    public void Reset()
    {
        foreach (var node in _nodes) Release(node);
        foreach (var node in _leaves.Values) Release(node);
        _nodes.Clear();
        _leaves.Clear();
        _tapes = _active = _passes = 0;
        Generation++;
    }

    /// <summary>The node of a tensor that this recording knows or, if it is a trainable variable, comes to know now.</summary>
    public Node? Find(Tensor tensor)
    {
        // A tensor of an earlier step still points to its node, which may stand for another tensor now.
        if (tensor.Node is { } node && node.Recording == this && ReferenceEquals(node.Output, tensor)) return node;
        if (_leaves.TryGetValue(tensor, out var leaf)) return leaf;
        return tensor.Owner is { Trainable: true } variable && ReferenceEquals(variable.View, tensor) ? tensor.Node = Watch(tensor) : null;
    }

    public Node Watch(Tensor tensor)
    {
        if (_leaves.TryGetValue(tensor, out var leaf)) return leaf;
        leaf = Take();
        leaf.Reset(-1, tensor, null, 0);
        _leaves.Add(tensor, leaf);
        return leaf;
    }

    public Node Add(Tensor output, object? state, int edges)
    {
        var node = Take();
        node.Reset(_nodes.Count, output, state, edges);
        _nodes.Add(node);
        output.Node = node;
        return node;
    }

    /// <summary>Ends a backward pass and clears its marks; those on leaves belong to the outermost one.</summary>
    public void EndPass(int start)
    {
        for (var i = start; i < _nodes.Count; i++) _nodes[i].EndPass();
        if (--_passes > 0) return;
        foreach (var leaf in _leaves.Values) leaf.EndPass();
    }

    private Node Take() => _spare.TryPop(out var node) ? node : new Node(this);

    private void Release(Node node)
    {
        node.Clear();
        _spare.Push(node);
    }
}
