using Descent.Memory;

namespace Descent.Training;

/// <summary>The outputs of a model, put together from those of its batches.</summary>
/// <param name="model">The name of the model.</param>
/// <param name="samples">How many rows there will be; 0 if nobody knows, and there is always room for more.</param>
/// <param name="isSingle">Whether the caller takes no more than one output.</param>
internal sealed class Predictions(string model, int samples, bool isSingle)
{
    private Tensor[] _rows = [];
    private int _count;

    /// <summary>Copies the outputs for a batch out of the memory of its step.</summary>
    /// <exception cref="InvalidOperationException">There are too many outputs, or one has not a row for each sample.</exception>
    public void Add(Tensors outputs, int count)
    {
        if (isSingle && outputs.Count > 1)
            throw new InvalidOperationException($"Predict gives the output of a model that has one. Model '{model}' has {outputs.Count}. Call PredictAll, which gives all of them.");
        if (_count == 0) _rows = new Tensor[outputs.Count];
        for (var i = 0; i < _rows.Length; i++)
        {
            Check(outputs[i], _rows[i], count);
            if (_rows[i] is null || _rows[i].Shape[0] < _count + count)
                _rows[i] = Resized(_rows[i], outputs[i], Math.Max(samples, Math.Max(_count + count, 2 * _count)));
            outputs[i].Cells.CopyTo(_rows[i].Cells[(_count * (outputs[i].Cells.Length / count))..]);
        }

        _count += count;
    }

    /// <summary>The outputs, one row per sample.</summary>
    public Tensor[] Take() => Array.ConvertAll(_rows, rows => rows.Shape[0] == _count ? rows : Resized(rows, rows, _count));

    private static Tensor Resized(Tensor? rows, Tensor like, int count)
    {
        using var _ = StepMemory.Suspend();
        var resized = Tensor.New(Shape.Create([count, .. like.Shape.Dimensions[1..]]), like.DType);
        if (rows is not null) rows.Cells[..Math.Min(rows.Cells.Length, resized.Cells.Length)].CopyTo(resized.Cells);
        return resized;
    }

    private void Check(Tensor output, Tensor? before, int count)
    {
        if (output.Rank == 0 || output.Shape[0] != count)
            throw new InvalidOperationException($"Model '{model}' must give one row per sample. It gave shape {output.Shape} for {count} samples.");
        if (before is not null && !output.Shape.Dimensions[1..].SequenceEqual(before.Shape.Dimensions[1..]))
            throw new InvalidOperationException($"Model '{model}' must give rows of one shape to put them together. It gave shape {output.Shape} after rows of shape {before.Shape[1..]}.");
    }
}
