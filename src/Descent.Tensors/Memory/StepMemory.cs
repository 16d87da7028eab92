namespace Descent.Memory;

/// <summary>
/// The memory of one training or inference step: tensors made while it is open are cut one after another from large blocks,
/// which the next step uses again. Whoever reads such a tensor after its step gets an exception instead of another
/// step's numbers. One thread uses a step memory at a time.
/// </summary>
internal sealed class StepMemory : IDisposable
{
    private const int SmallestBlock = 64 * 1024;
    private const int LargestBlock = 4 * 1024 * 1024; // what is larger has a block of its own, so that little stays unused
    private const int Line = 16;

    [ThreadStatic]
    private static StepMemory? t_current;

    private readonly List<(float[] Array, int Offset, int Length)> _blocks = [];
    private readonly Dictionary<Variable, RowGradient> _rowGradients = new(ReferenceEqualityComparer.Instance);
    private int _block = -1;
    private int _used;
    private Tensor?[] _objects = new Tensor?[64];
    private int _usedObjects;
    private bool _mayHide;
    private StepMemory? _outer;

    /// <summary>The memory that tensors of this thread come from, if a step is open.</summary>
    public static StepMemory? Current => t_current;

    /// <summary>Counts steps; a tensor of an earlier generation is gone.</summary>
    public int Generation { get; private set; }

    /// <summary>The nodes of the step's tape, used again like its memory.</summary>
    public Recording Recording { get; } = new();

    /// <summary>The floats of all blocks.</summary>
    public long Capacity => _blocks.Sum(block => (long)block.Length);

    /// <summary>Whether tensors that are made now stay inside the library; see <see cref="Seclusion"/>.</summary>
    public bool IsSecluded { get; private set; }

    /// <summary>Opens a step; disposing the result ends it.</summary>
    public StepMemory Open()
    {
        _mayHide = !Recording.IsOpen; // a tape around the step sees what it does, and goes on after it
        _outer = t_current;
        t_current = this;
        return this;
    }

    /// <summary>Ends the step: its tensors become unreadable and its memory free.</summary>
    public void Dispose()
    {
        t_current = _outer;
        Recording.Reset();
        Generation++;
        _block = _blocks.Count > 0 ? 0 : -1;
        _used = _usedObjects = 0;
    }

    /// <summary>The place of the next object of a secluded tensor. It holds one of an earlier step, to be made again, or nothing yet.</summary>
    public ref Tensor? NextObject()
    {
        if (_usedObjects == _objects.Length) Array.Resize(ref _objects, 2 * _objects.Length);
        return ref _objects[_usedObjects++];
    }

    /// <summary>The gradient of a variable of which few rows will be written; null if this step has made one already.</summary>
    public Tensor? ZeroRows(Variable variable)
    {
        if (!_rowGradients.TryGetValue(variable, out var gradient)) _rowGradients.Add(variable, gradient = new RowGradient(variable.Shape));
        return gradient.Take(this);
    }

    /// <summary>Runs something outside the step, with tensors from the garbage-collected heap.</summary>
    public static Suspension Suspend() => new();

    public (float[] Array, int Offset) Rent(int cells)
    {
        if (_block < 0 || _blocks[_block].Length - _used < cells)
        {
            // A block that is too small is replaced: passed over, it would stay for ever beside those of batches that grow from step to step.
            if (_block + 1 == _blocks.Count) _blocks.Add(New(cells));
            else if (_blocks[_block + 1].Length < cells) _blocks[_block + 1] = New(cells);
            _block++;
            _used = 0;
        }

        var block = _blocks[_block];
        var start = block.Offset + _used;
        _used = Math.Min(block.Length, _used + (cells + Line - 1) / Line * Line);
        return (block.Array, start);
    }

    // Twice the one before, so that there are few.
    private (float[] Array, int Offset, int Length) New(int cells)
    {
        var before = _block < 0 ? SmallestBlock / 2 : _blocks[_block].Length;
        var length = Math.Max((int)Math.Min(2L * before, LargestBlock), cells);
        var (array, offset) = AlignedMemory.Allocate(length);
        return (array, offset, length);
    }

    /// <summary>
    /// A stretch of a step that runs no code but the library's, and whose tensors nobody else gets to see: their objects, too, are made again in the
    /// next step. A tensor of any other stretch is an object of its own, which throws for ever when its step is over.
    /// </summary>
    internal readonly ref struct Seclusion
    {
        private readonly StepMemory? _step;

        /// <summary>Begins a stretch; disposing it ends it.</summary>
        /// <param name="holds">Whether the condition above holds; otherwise nothing changes.</param>
        public Seclusion(bool holds)
        {
            if (!holds || t_current is not { _mayHide: true, IsSecluded: false } step) return;
            _step = step;
            step.IsSecluded = true;
        }

        /// <summary>Lets a tensor of this stretch out: its object is not made again.</summary>
        public Tensor Release(Tensor tensor)
        {
            if (_step is not null && _step._objects.AsSpan(0, _step._usedObjects).LastIndexOf(tensor) is var place and >= 0)
                _step._objects[place] = null;
            return tensor;
        }

        public void Dispose()
        {
            if (_step is not null) _step.IsSecluded = false;
        }
    }

    internal readonly ref struct Suspension
    {
        private readonly StepMemory? _suspended;

        public Suspension()
        {
            _suspended = t_current;
            t_current = null;
        }

        public void Dispose() => t_current = _suspended;
    }
}
