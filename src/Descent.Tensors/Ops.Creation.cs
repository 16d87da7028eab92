namespace Descent;

public static partial class Ops
{
    /// <summary>The integers from a start up to, not including, a stop.</summary>
    /// <param name="start">The first.</param>
    /// <param name="stop">Where to end.</param>
    /// <param name="step">How far apart they lie, not 0; default 1.</param>
    /// <returns>An int32 tensor of rank 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The step is 0.</exception>
    public static Tensor Arange(int start, int stop, int step = 1)
    {
        if (step == 0)
            throw new ArgumentOutOfRangeException(nameof(step), "The step of Arange must not be 0. Received: 0.");
        var count = ((long)stop - start + step - Math.Sign(step)) / step;
        if (count > int.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(stop), $"Arange can give at most {int.MaxValue} integers. Received: start {start}, stop {stop}, step {step}, which are {count}.");
        var result = Tensor.New(Shape.Create((int)Math.Max(0, count)), DType.Int32);
        var values = result.Ints;
        for (var i = 0; i < values.Length; i++) values[i] = start + i * step;
        return result;
    }

    /// <summary>The integers from 0 up to, not including, a stop.</summary>
    /// <param name="stop">Where to end.</param>
    /// <returns>An int32 tensor of rank 1.</returns>
    public static Tensor Arange(int stop) => Arange(0, stop);

    /// <summary>A matrix with ones on a diagonal and zeros elsewhere.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns; as many as rows when absent.</param>
    /// <param name="diagonal">Which diagonal: 0 the main one, above 0 to its right.</param>
    public static Tensor Eye(int rows, int? columns = null, int diagonal = 0)
    {
        var column = Arange(columns ?? rows);
        var row = ExpandDims(Arange(diagonal, rows + diagonal), 1);
        return Cast(Equal(row, column), DType.Float32);
    }

    /// <summary>Keeps what lies on and below a diagonal of the last two axes, and zeroes the rest.</summary>
    /// <param name="x">A float32 tensor of rank 2 or more.</param>
    /// <param name="diagonal">Which diagonal: 0 the main one, above 0 to its right.</param>
    public static Tensor Tril(Tensor x, int diagonal = 0) => Where(BelowDiagonal(x, diagonal), x, 0f);

    /// <summary>Keeps what lies on and above a diagonal of the last two axes, and zeroes the rest.</summary>
    /// <param name="x">A float32 tensor of rank 2 or more.</param>
    /// <param name="diagonal">Which diagonal: 0 the main one, above 0 to its right.</param>
    public static Tensor Triu(Tensor x, int diagonal = 0) => Where(BelowDiagonal(x, diagonal - 1), 0f, x);

    private static Tensor BelowDiagonal(Tensor x, int diagonal)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank < 2)
            throw new ArgumentException($"A diagonal needs a tensor of rank 2 or more. Received shape {x.Shape}.", nameof(x));
        return LessEqual(Arange(x.Shape[^1]), ExpandDims(Arange(diagonal, x.Shape[^2] + diagonal), 1));
    }
}
