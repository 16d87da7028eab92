namespace Descent;

/// <summary>Computes the gradient for one input of a recorded operation, with ordinary operations.</summary>
internal delegate Tensor Backward(Node node);

/// <summary>One input of a recorded operation.</summary>
internal struct Edge
{
    public Tensor Input;
    public Node? Parent;
    public int Version;
    public Backward? Backward;
}

/// <summary>An operation as a tape recorded it: its output, its inputs and the gradient of each. A leaf has no inputs.</summary>
internal sealed class Node
{
    private Edge _first;
    private Edge _second;
    private Edge _third;
    private Edge[]? _more;
    private Tensor? _output;

    public Node(Recording recording) => Recording = recording;

    public Recording Recording { get; }

    /// <summary>The position in the recording; -1 for a leaf.</summary>
    public int Index { get; private set; }

    public int EdgeCount { get; private set; }

    /// <summary>Whether a requested gradient lies behind this node.</summary>
    public bool Needed { get; set; }

    /// <summary>Whether the gradient of this node itself was asked for.</summary>
    public bool Requested { get; set; }

    /// <summary>The place of this leaf among the sources of a backward pass.</summary>
    public int Source { get; set; }

    /// <summary>The first operation that reads this leaf, the last to add to its gradient; -1 if that is not known or over.</summary>
    public int FirstUse { get; set; } = -1;

    /// <summary>The gradient with respect to <see cref="Output"/> that has arrived so far.</summary>
    public Tensor? Incoming { get; set; }

    public object? State { get; private set; }

    /// <summary>What the gradients of several inputs share, for the length of one backward pass.</summary>
    public Tensor? Scratch { get; set; }

    /// <summary>What cuts of <see cref="Output"/> add their gradients to, each in its place: a tensor that nobody else holds.</summary>
    public Tensor? Pasted { get; set; }

    /// <summary>The gradient with respect to the output.</summary>
    public Tensor Gradient => Incoming!;

    public Tensor Output => _output!;

    public Tensor X => Read(ref _first);

    public Tensor Y => Read(ref _second);

    public Tensor Z => Read(ref _third);

    public Shape XShape => _first.Input.Shape;

    public Shape YShape => _second.Input.Shape;

    /// <summary>Whether the gradient for the second input will be asked for too.</summary>
    public bool NeedsY => _second.Parent is { Needed: true };

    public ref Edge this[int index]
    {
        get
        {
            switch (index)
            {
                case 0: return ref _first;
                case 1: return ref _second;
                case 2: return ref _third;
                default: return ref _more![index - 3];
            }
        }
    }

    /// <summary>An input as it was when the operation ran.</summary>
    public Tensor Input(int index) => Read(ref this[index]);

    public void Reset(int index, Tensor output, object? state, int edges)
    {
        Index = index;
        _output = output;
        State = state;
        EdgeCount = edges;
        EndPass();
        if (edges - 3 > (_more?.Length ?? 0)) _more = new Edge[edges - 3];
    }

    /// <summary>Adds a gradient to what has arrived; one that is <see cref="Pasted"/> holds that already.</summary>
    public void Receive(Tensor gradient) =>
        Incoming = Incoming is { } sum && !(ReferenceEquals(sum, gradient) && ReferenceEquals(sum, Pasted)) ? Ops.AddGradients(sum, gradient) : gradient;

    /// <summary>Forgets a backward pass.</summary>
    public void EndPass()
    {
        Incoming = Scratch = Pasted = null;
        Needed = Requested = false;
        FirstUse = -1;
    }

    public void Clear()
    {
        Reset(-1, null!, null, 0);
        _first = _second = _third = default;
        if (_more is not null) Array.Clear(_more);
    }

    private static Tensor Read(ref Edge edge)
    {
        if (edge.Input.Owner is { } variable && variable.Version != edge.Version)
            throw new InvalidOperationException($"The gradient needs the value that variable '{variable.Path}' had when the operation ran, but it has changed since. Compute gradients before the variable is updated.");
        return edge.Input;
    }
}
