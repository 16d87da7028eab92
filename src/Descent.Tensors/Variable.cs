using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Descent.Memory;

namespace Descent;

/// <summary>
/// A tensor that can change: a weight, or the state of an optimizer. Its <see cref="Path"/> is the names of the layers around
/// it and its own, joined by <c>/</c>.
/// </summary>
public sealed partial class Variable
{
    private readonly Tensor _view;
    private readonly bool _wraps;
    private readonly bool _isBlank;
    private int _version;
    private Clock? _clock;

    /// <summary>Creates a variable with a copy of a value.</summary>
    /// <param name="path">Its path, such as <c>"dense/kernel"</c>; the last part is its <see cref="Name"/>.</param>
    /// <param name="value">Its first value; it fixes shape and type.</param>
    /// <param name="trainable">Whether gradients flow to it and optimizers update it.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public Variable(string path, Tensor value, bool trainable = true)
    {
        ArgumentNullException.ThrowIfNull(value);
        Path = CheckPath(path);
        Trainable = trainable;
        var storage = value.Cells.ToArray();
        _view = Tensor.ViewOf(this, value.Shape, value.DType, storage, 0);
    }

    private Variable(string path, Shape shape, object storage, int offset, bool trainable)
    {
        Path = CheckPath(path);
        Trainable = trainable;
        _view = Tensor.ViewOf(this, shape, DType.Float32, storage, offset);
        _wraps = true;
    }

    /// <summary>Creates a float32 variable over memory that the caller owns, without a copy: optimizers update it in place.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="memory">The elements, row-major.</param>
    /// <param name="shape">Its dimensions.</param>
    /// <param name="trainable">Whether gradients flow to it and optimizers update it.</param>
    /// <exception cref="ArgumentException">The memory does not have as many elements as the shape.</exception>
    public static Variable Wrap(string path, Memory<float> memory, Shape shape, bool trainable = true)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Size != memory.Length)
            throw new ArgumentException($"Shape {shape} needs memory of {shape.Size} values. Received: {memory.Length}.", nameof(memory));
        if (MemoryMarshal.TryGetArray<float>(memory, out var segment))
            return new Variable(path, shape, segment.Array!, segment.Offset, trainable);
        if (MemoryMarshal.TryGetMemoryManager<float, MemoryManager<float>>(memory, out var manager, out var start, out _))
            return new Variable(path, shape, manager!, start, trainable);
        throw new ArgumentException("The memory must be backed by an array or a MemoryManager<float>.", nameof(memory));
    }

    /// <summary>Creates a variable over a part of another one's elements: of its shape if it has all of them, else of one dimension.</summary>
    internal static Variable PartOf(Variable whole, int start, int length)
    {
        var part = Wrap(whole.Path, MemoryMarshal.AsMemory(whole.View.CellMemory).Slice(start, length), length == whole.Shape.Size ? whole.Shape : Shape.Create(length), whole.Trainable);
        (part.Whole, part.Start, part.OverwriteWithGradient) = (whole, start, whole.OverwriteWithGradient);
        if (length == whole.Shape.Size) part.Constraint = whole.Constraint;
        return part;
    }

    /// <summary>The variable that this one is a part of, if it is.</summary>
    internal Variable? Whole { get; private set; }

    /// <summary>Where it begins in <see cref="Whole"/>.</summary>
    internal int Start { get; private set; }

    /// <summary>Creates a float32 variable of zeros. The memory is not touched before it is written.</summary>
    internal static Variable Blank(string path, Shape shape, bool trainable) => new(path, shape, trainable);

    /// <summary>Whether it was made of zeros, and nothing has been written to it.</summary>
    internal bool IsBlank => _isBlank && _version == 0;

    private Variable(string path, Shape shape, bool trainable)
    {
        _isBlank = true;
        Path = CheckPath(path);
        Trainable = trainable;
        MemoryLimit.Take(shape.Size);
        _view = Tensor.ViewOf(this, shape, DType.Float32, new float[shape.Size], 0);
    }

    /// <summary>The names of the layers around the variable and its own, joined by <c>/</c>.</summary>
    public string Path { get; internal set; }

    /// <summary>The last part of the path, such as <c>"kernel"</c>.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>The dimensions.</summary>
    public Shape Shape => _view.Shape;

    /// <summary>The type of the elements.</summary>
    public DType DType => _view.DType;

    /// <summary>Whether gradients flow to the variable and optimizers update it.</summary>
    public bool Trainable { get; set; }

    /// <summary>Applied to the value after each optimizer step; <see langword="null"/> for none.</summary>
    public Func<Tensor, Tensor>? Constraint { get; set; }

    /// <summary>Whether an optimizer assigns the gradient to this variable instead of taking a step (Keras' <c>overwrite_with_gradient</c>).</summary>
    public bool OverwriteWithGradient { get; set; }

    /// <summary>A copy of the current value. Operations read the variable itself, through the implicit conversion, without a copy.</summary>
    public Tensor Value => _view.Copy();

    /// <summary>The tensor through which operations read the variable's own storage.</summary>
    internal Tensor View => _view;

    /// <summary>Counts changes, so that a tape notices when a value it saved is no longer there.</summary>
    internal int Version => _version + (_clock?.Ticks ?? 0);

    /// <summary>Counts changes of many variables at once: of an optimizer's state, all of which changes in each step.</summary>
    internal sealed class Clock
    {
        public int Ticks { get; set; }
    }

    /// <summary>Counts the ticks of a clock as changes, too, from now on.</summary>
    internal void Follow(Clock clock)
    {
        _version = Version - clock.Ticks;
        _clock = clock;
    }

    /// <summary>The elements of a float32 variable as a new array, row-major.</summary>
    public float[] ToArray() => _view.ToArray();

    /// <summary>Sets the value, in place.</summary>
    /// <param name="value">A tensor of the same shape and type.</param>
    /// <exception cref="ArgumentException">Shape or type differ.</exception>
    public void Assign(Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Shape != Shape || value.DType != DType)
            throw new ArgumentException($"Variable '{Path}' needs a value of shape {Shape} and type {DType.KerasName()}. Received: shape {value.Shape}, type {value.DType.KerasName()}.", nameof(value));
        value.Cells.CopyTo(Write());
    }

    /// <summary>The path of the variable that this one is an optimizer's state of, where it is known.</summary>
    internal string? Subject { get; set; }

    /// <summary>Set on state that an optimizer has replaced, and still holds if it was not written for that: writing to it throws.</summary>
    internal bool IsReplaced { get; set; }

    /// <summary>Takes an earlier value back, outside of any transaction.</summary>
    internal void Restore(float[] before)
    {
        _version++;
        before.CopyTo(_view.Cells);
    }

    /// <summary>The storage for writing in place; counts as a change, which an open transaction can take back.</summary>
    internal Span<float> Write()
    {
        Touch();
        return _view.Cells;
    }

    /// <summary>What <see cref="Write"/> does before it gives the storage away.</summary>
    internal void Touch() => Touch(Memory.Transaction.Current);

    /// <summary>The same where the open transaction, if any, is known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Touch(Memory.Transaction? transaction)
    {
        if (IsReplaced) ThrowReplaced();
        transaction?.Remember(this);
        _version++;
    }

    /// <summary>
    /// Moves the value into other storage of zeros, such as a buffer that all variables of a model share. A variable over a caller's memory stays there.
    /// </summary>
    internal void MoveTo(float[] storage, int offset)
    {
        if (_wraps) return;
        if (!IsBlank) _view.Cells.CopyTo(storage.AsSpan(offset)); // zeros that nobody touched take no memory, here or there
        _view.Rebind(storage, offset);
    }

    /// <summary>Reads the variable in an operation, without a copy.</summary>
    /// <param name="variable">The variable.</param>
    public static implicit operator Tensor(Variable variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return variable._view;
    }

    /// <inheritdoc/>
    public override string ToString() => $"Variable(path={Path}, shape={Shape}, dtype={DType.KerasName()})";

    [DoesNotReturn]
    private void ThrowReplaced() => throw new InvalidOperationException(
        $"'{Path}' was state of an optimizer that has been built again since, for more variables. An optimizer's Build must begin with empty lists of its own.");

    private static string CheckPath(string path) => string.IsNullOrEmpty(path)
        ? throw new ArgumentException("A variable's path must not be empty.", nameof(path))
        : path;
}
