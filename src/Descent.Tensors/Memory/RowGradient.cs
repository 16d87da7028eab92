namespace Descent.Memory;

/// <summary>
/// A gradient of which a step writes few rows: it is kept from step to step, and only the rows of the step before are cleared.
/// For everyone who reads it it is an ordinary dense tensor.
/// </summary>
internal sealed class RowGradient
{
    private readonly Shape _shape;
    private readonly float[] _array;
    private readonly int _offset;
    private readonly TouchedRows _touched;
    private int _generation = -1;

    public RowGradient(Shape shape)
    {
        _shape = shape;
        (_array, _offset) = AlignedMemory.Allocate(shape.Size);
        _touched = new TouchedRows(shape[0]);
    }

    /// <summary>A tensor of zeros for this step; null if the step has taken it already.</summary>
    public Tensor? Take(StepMemory step)
    {
        if (_generation == step.Generation) return null;
        _generation = step.Generation;
        var length = _shape.Size / _shape[0];
        foreach (var row in _touched.Rows) _array.AsSpan(_offset + row * length, length).Clear();
        _touched.Clear();
        return Tensor.Over(_shape, _array, _offset, step, _touched);
    }
}
