using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Descent.Memory;

namespace Descent;

/// <summary>
/// A dense, row-major array of float32, int32 or bool. Tensors are immutable; reshapes share storage. They are ordinary
/// objects: nothing has to be disposed.
/// </summary>
/// <remarks>
/// Inside <c>Fit</c>, <c>Evaluate</c>, <c>Predict</c>, <c>TrainOnBatch</c> and <c>TestOnBatch</c> tensors live for one step. Code that keeps one for
/// later takes a <see cref="Copy"/>; reading one whose step is over throws.
/// </remarks>
public sealed partial class Tensor
{
    private StepMemory? _step;
    private int _generation;
    private object _storage; // float[] or MemoryManager<float>; int32 and bool are stored in the same cells
    private int _offset;
    private Notes? _notes;

    private Tensor(Shape shape, DType dtype, object storage, int offset, StepMemory? step, Variable? owner) =>
        Set(shape, dtype, storage, offset, step, owner);

    /// <summary>The dimensions.</summary>
    public Shape Shape { get; private set; }

    /// <summary>The type of the elements.</summary>
    public DType DType { get; private set; }

    /// <summary>The number of dimensions.</summary>
    public int Rank => Shape.Rank;

    /// <summary>The number of elements.</summary>
    public int Length => Shape.Size;

    /// <summary>
    /// Which time steps count: bool, of the leading dimensions of this tensor, mostly <c>(batch, time)</c>; null where all do. Layers such as
    /// <c>Masking</c> and <c>Embedding</c> set it on their outputs, and layers that support masking pass it on.
    /// </summary>
    public Tensor? Mask
    {
        get => _notes?.Mask;
        internal set => (_notes ??= new Notes()).Mask = value;
    }

    /// <summary>The variable whose storage this is, if it is a view of one.</summary>
    internal Variable? Owner => _notes?.Owner;

    /// <summary>What <see cref="Activation"/> made this tensor from, so that a loss can go back to it and lose no digits.</summary>
    internal Tensor? Logits
    {
        get => _notes?.Logits;
        set => (_notes ??= new Notes()).Logits = value;
    }

    /// <summary>How <see cref="Logits"/> became this tensor.</summary>
    internal ProbabilityActivation Activation
    {
        get => _notes?.Activation ?? default;
        set => (_notes ??= new Notes()).Activation = value;
    }

    /// <summary>The only rows that are not 0, where that is known: of the gradient of an embedding.</summary>
    internal TouchedRows? Touched
    {
        get => _notes?.Touched;
        set => (_notes ??= new Notes()).Touched = value;
    }

    /// <summary>Where a tape recorded how this tensor came to be.</summary>
    internal Node? Node { get; set; }

    /// <summary>The elements of a float32 tensor, row-major.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not float32, or its training step is over.</exception>
    public ReadOnlySpan<float> AsSpan() => AsRead(DType.Float32).Floats;

    /// <summary>The elements of an int32 tensor, row-major.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not int32, or its training step is over.</exception>
    public ReadOnlySpan<int> AsInt32Span() => AsRead(DType.Int32).Ints;

    /// <summary>The elements of a bool tensor, row-major.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not bool, or its training step is over.</exception>
    public ReadOnlySpan<bool> AsBoolSpan() => AsRead(DType.Bool).Bools;

    internal Span<float> Floats
    {
        get
        {
            Require(DType.Float32);
            return Cells;
        }
    }

    internal Span<int> Ints
    {
        get
        {
            Require(DType.Int32);
            return MemoryMarshal.Cast<float, int>(Cells);
        }
    }

    internal Span<bool> Bools
    {
        get
        {
            Require(DType.Bool);
            return MemoryMarshal.CreateSpan(ref Unsafe.As<float, bool>(ref MemoryMarshal.GetReference(Cells)), Length);
        }
    }

    /// <summary>The same cells where code needs them as memory: they are the tensor's own, not a copy.</summary>
    internal ReadOnlyMemory<float> CellMemory => IsArray(out var array)
        ? array.AsMemory(_offset, DType.Cells(Length))
        : ((MemoryManager<float>)_storage).Memory.Slice(_offset, DType.Cells(Length));

    /// <summary>The storage as 4-byte cells, whatever the type.</summary>
    internal Span<float> Cells
    {
        get
        {
            RequireAlive();
            var cells = DType.Cells(Length);
            return IsArray(out var array) ? array.AsSpan(_offset, cells) : ((MemoryManager<float>)_storage).GetSpan().Slice(_offset, cells);
        }
    }

    /// <summary>The first element of a float32 tensor that is known to be alive.</summary>
    internal ref float Origin
    {
        // Inlined: a call in a loop over lanes puts all that stands in vector registers aside.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref IsArray(out var array)
            ? ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(array), _offset)
            : ref MemoryMarshal.GetReference(Cells);
    }

    // A comparison, where a cast to an array type calls the runtime: each reading of each tensor begins here.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsArray([NotNullWhen(true)] out float[]? array)
    {
        var isArray = _storage.GetType() == typeof(float[]);
        array = isArray ? Unsafe.As<float[]>(_storage) : null;
        return isArray;
    }

    /// <summary>The value of a tensor with one element, as a float.</summary>
    /// <exception cref="InvalidOperationException">The tensor does not have exactly one element.</exception>
    public float Item()
    {
        if (Length != 1)
            throw new InvalidOperationException($"Item() needs a tensor with one element. Received shape {Shape}.");
        return DType switch
        {
            DType.Float32 => Floats[0],
            DType.Int32 => Ints[0],
            _ => Bools[0] ? 1f : 0f,
        };
    }

    /// <summary>One element, as a float.</summary>
    /// <param name="indices">One index per dimension, each from 0 or, negative, from the end.</param>
    /// <exception cref="ArgumentException">The number of indices differs from the rank.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index lies outside its dimension.</exception>
    [IndexerName("Element")]
    public float this[params ReadOnlySpan<int> indices]
    {
        get
        {
            if (indices.Length != Rank)
                throw new ArgumentException($"A tensor of shape {Shape} needs {Rank} indices. Received: {indices.Length}.");
            var position = 0;
            for (var i = 0; i < indices.Length; i++)
            {
                var index = indices[i] < 0 ? indices[i] + Shape[i] : indices[i];
                if ((uint)index >= (uint)Shape[i])
                    throw new ArgumentOutOfRangeException(nameof(indices), $"Index {i} of shape {Shape} must be in [{-Shape[i]}, {Shape[i]}). Received: {indices[i]}.");
                position = position * Shape[i] + index;
            }

            return DType switch
            {
                DType.Float32 => Floats[position],
                DType.Int32 => Ints[position],
                _ => Bools[position] ? 1f : 0f,
            };
        }
    }

    /// <summary>A copy that stays valid for as long as it is held, also outside the training step.</summary>
    public Tensor Copy()
    {
        using var _ = StepMemory.Suspend();
        var copy = New(Shape, DType);
        Cells.CopyTo(copy.Cells);
        return copy;
    }

    /// <summary>The shape, the type and the first elements.</summary>
    public override string ToString()
    {
        const int Shown = 8;
        var text = new StringBuilder($"Tensor(shape={Shape}, dtype={DType.KerasName()}, value=[");
        for (var i = 0; i < Math.Min(Shown, Length); i++)
        {
            if (i > 0) text.Append(' ');
            text.Append(DType switch
            {
                DType.Float32 => Floats[i].ToString(CultureInfo.InvariantCulture),
                DType.Int32 => Ints[i].ToString(CultureInfo.InvariantCulture),
                _ => Bools[i] ? "True" : "False",
            });
        }

        return text.Append(Length > Shown ? " …])" : "])").ToString();
    }

    /// <summary>A tensor whose elements the caller will write, from the open step's memory or the heap.</summary>
    internal static Tensor New(Shape shape, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (!shape.IsKnown)
            throw new ArgumentException($"A tensor needs a known shape. Received: {shape}.");
        var cells = dtype.Cells(shape.Size);
        if (StepMemory.Current is { } step)
        {
            var (array, offset) = step.Rent(cells);
            return Make(shape, dtype, array, offset, step, null);
        }

        MemoryLimit.Take(cells);
        return new Tensor(shape, dtype, cells == 0 ? [] : GC.AllocateUninitializedArray<float>(cells), 0, null, null);
    }

    /// <summary>A tensor of a step over memory that outlives it.</summary>
    internal static Tensor Over(Shape shape, float[] array, int offset, StepMemory step, TouchedRows touched)
    {
        var tensor = Make(shape, DType.Float32, array, offset, step, null);
        tensor.Touched = touched;
        return tensor;
    }

    /// <summary>The view through which operations read a variable.</summary>
    internal static Tensor ViewOf(Variable variable, Shape shape, DType dtype, object storage, int offset) =>
        new(shape, dtype, storage, offset, null, variable);

    /// <summary>Moves a variable's view to other storage.</summary>
    internal void Rebind(object storage, int offset) => (_storage, _offset) = (storage, offset);

    /// <summary>The same storage, or a part of it, under another shape; the caller has checked the number of elements.</summary>
    internal Tensor View(Shape shape, int start = 0)
    {
        RequireAlive();

        // A view of a longer-lived tensor that was made inside a step ends with the step too: the tape may know it.
        return Make(shape, DType, _storage, _offset + start, _step ?? StepMemory.Current, Owner);
    }

    // The object itself may be one of an earlier step, where the library alone sees it.
    private static Tensor Make(Shape shape, DType dtype, object storage, int offset, StepMemory? step, Variable? owner)
    {
        if (step is not { IsSecluded: true }) return new Tensor(shape, dtype, storage, offset, step, owner);
        ref var place = ref step.NextObject();
        if (place is null) place = new Tensor(shape, dtype, storage, offset, step, owner);
        else place.Set(shape, dtype, storage, offset, step, owner);
        return place;
    }

    [MemberNotNull(nameof(Shape), nameof(_storage))]
    private void Set(Shape shape, DType dtype, object storage, int offset, StepMemory? step, Variable? owner)
    {
        (Shape, DType) = (shape, dtype);
        (_storage, _offset) = (storage, offset);
        (_step, _generation) = (step, step?.Generation ?? 0);
        (Node, _notes) = (null, owner is null ? null : new Notes { Owner = owner });
    }

    /// <summary>Throws if the training step of this tensor is over.</summary>
    internal void RequireAlive()
    {
        if (_step is not null && _step.Generation != _generation) ThrowOver();
    }

    [DoesNotReturn]
    private static void ThrowOver() =>
        throw new InvalidOperationException("A tensor of a training step must be read within that step: its memory belongs to a later step now. Keep a Copy() of it instead.");

    /// <summary>What only few tensors carry.</summary>
    private sealed class Notes
    {
        public Variable? Owner { get; init; }

        public Tensor? Mask { get; set; }

        public Tensor? Logits { get; set; }

        public ProbabilityActivation Activation { get; set; }

        public TouchedRows? Touched { get; set; }
    }

    // What reads elements of one type names what reads those of the others.
    private Tensor AsRead(DType dtype, [CallerMemberName] string reader = "")
    {
        if (DType == dtype) return this;
        var own = DType switch
        {
            DType.Float32 => "ToArray() or AsSpan()",
            DType.Int32 => "ToInt32Array() or AsInt32Span()",
            _ => "ToBoolArray() or AsBoolSpan()",
        };
        throw new InvalidOperationException($"{reader}() reads a tensor of {dtype.KerasName()}. Received: {DType.KerasName()}, which {own} reads; Ops.Cast converts it.");
    }

    private void Require(DType dtype)
    {
        if (DType != dtype)
            throw new InvalidOperationException($"This needs a tensor of {dtype.KerasName()}. Received: {DType.KerasName()}; convert it with Ops.Cast.");
    }
}

/// <summary>The activations that turn logits into probabilities.</summary>
internal enum ProbabilityActivation : byte
{
    None,
    Sigmoid,
    Softmax,
}
