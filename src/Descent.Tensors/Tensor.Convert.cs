using System.Runtime.InteropServices;
using NumericsTensor = System.Numerics.Tensors.Tensor<float>;

namespace Descent;

public sealed partial class Tensor
{
    /// <summary>Creates a float32 tensor from values, copied.</summary>
    /// <param name="values">The elements, row-major.</param>
    /// <param name="shape">Its dimensions; one axis when absent. One dimension may be -1: it is worked out.</param>
    /// <exception cref="ArgumentException">The number of values does not fit the shape.</exception>
    public static Tensor From(ReadOnlySpan<float> values, Shape? shape = null)
    {
        var tensor = New(Fit(values.Length, shape));
        values.CopyTo(tensor.Floats);
        return tensor;
    }

    /// <summary>Creates a float32 tensor from an array of values, copied.</summary>
    /// <param name="values">The elements, row-major.</param>
    /// <param name="shape">Its dimensions; one axis when absent.</param>
    public static Tensor From(float[] values, Shape? shape = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        return From(values.AsSpan(), shape);
    }

    /// <summary>Creates an int32 tensor from values, copied.</summary>
    /// <param name="values">The elements, row-major.</param>
    /// <param name="shape">Its dimensions; one axis when absent.</param>
    public static Tensor From(int[] values, Shape? shape = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        var tensor = New(Fit(values.Length, shape), DType.Int32);
        values.CopyTo(tensor.Ints);
        return tensor;
    }

    /// <summary>Creates a bool tensor from values, copied.</summary>
    /// <param name="values">The elements, row-major.</param>
    /// <param name="shape">Its dimensions; one axis when absent.</param>
    public static Tensor From(bool[] values, Shape? shape = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        var tensor = New(Fit(values.Length, shape), DType.Bool);
        values.CopyTo(tensor.Bools);
        return tensor;
    }

    /// <summary>Creates a tensor from an array of any rank, of float, int, bool or double (rounded to float32), copied.</summary>
    /// <param name="array">A rectangular array.</param>
    /// <exception cref="ArgumentException">The elements are of another type.</exception>
    public static Tensor From(Array array)
    {
        ArgumentNullException.ThrowIfNull(array);
        Span<int> dimensions = stackalloc int[array.Rank];
        for (var i = 0; i < dimensions.Length; i++) dimensions[i] = array.GetLength(i);
        var shape = Shape.Create(dimensions);

        // Asked for by the type of the elements: a pattern such as int[] would take an array of uint or of an enum, too.
        var type = array.GetType().GetElementType();
        if (type == typeof(float)) return From(Elements<float>(array), shape);
        if (type == typeof(double))
        {
            var rounded = New(shape);
            var doubles = Elements<double>(array);
            var floats = rounded.Floats;
            for (var i = 0; i < floats.Length; i++) floats[i] = (float)doubles[i];
            return rounded;
        }

        if (type == typeof(int))
        {
            var ints = New(shape, DType.Int32);
            Elements<int>(array).CopyTo(ints.Ints);
            return ints;
        }

        if (type == typeof(bool))
        {
            var bools = New(shape, DType.Bool);
            Elements<bool>(array).CopyTo(bools.Bools);
            return bools;
        }

        throw new ArgumentException($"A tensor is made from float, int, bool or double elements. Received: {array.GetType().Name}.", nameof(array));
    }

    /// <summary>Creates a float32 tensor from rows of one length, copied.</summary>
    /// <param name="rows">One row per sample.</param>
    /// <exception cref="ArgumentException">The rows differ in length, or one is null.</exception>
    public static Tensor From(float[][] rows) => FromRows(rows, static (row, target) => row.CopyTo(target));

    /// <summary>Creates a float32 tensor from rows of one length, each number rounded to float32.</summary>
    /// <param name="rows">One row per sample.</param>
    /// <exception cref="ArgumentException">The rows differ in length, or one is null.</exception>
    public static Tensor From(double[][] rows) => FromRows(rows, static (row, target) =>
    {
        for (var i = 0; i < row.Length; i++) target[i] = (float)row[i];
    });

    /// <summary>Creates a float32 tensor from a <c>System.Numerics.Tensors</c> tensor, copied.</summary>
    /// <param name="tensor">A tensor of any strides.</param>
    public static Tensor From(NumericsTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var lengths = tensor.Lengths;
        if (tensor.FlattenedLength == 0 && lengths.Length == 0) return New(Shape.Create(0));
        Span<int> dimensions = stackalloc int[lengths.Length];
        for (var i = 0; i < dimensions.Length; i++) dimensions[i] = checked((int)lengths[i]);
        var result = New(Shape.Create(dimensions));
        tensor.FlattenTo(result.Floats);
        return result;
    }

    /// <summary>A float32 scalar.</summary>
    /// <param name="value">Its value.</param>
    public static Tensor Scalar(float value)
    {
        var tensor = New(Shape.Scalar);
        tensor.Floats[0] = value;
        return tensor;
    }

    /// <summary>A float32 tensor of one value throughout.</summary>
    /// <param name="shape">Its dimensions.</param>
    /// <param name="value">The value.</param>
    public static Tensor Full(Shape shape, float value)
    {
        var tensor = New(shape);
        tensor.Floats.Fill(value);
        return tensor;
    }

    /// <summary>A float32 tensor of zeros.</summary>
    /// <param name="shape">Its dimensions.</param>
    public static Tensor Zeros(Shape shape) => Full(shape, 0f);

    /// <summary>A float32 tensor of ones.</summary>
    /// <param name="shape">Its dimensions.</param>
    public static Tensor Ones(Shape shape) => Full(shape, 1f);

    /// <summary>The elements of a float32 tensor as a new array, row-major; those of other types come by <see cref="ToInt32Array"/> and <see cref="ToBoolArray"/>.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not float32, or its training step is over.</exception>
    public float[] ToArray() => AsRead(DType.Float32).Floats.ToArray();

    /// <summary>The elements of an int32 tensor as a new array, row-major.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not int32, or its training step is over.</exception>
    public int[] ToInt32Array() => AsRead(DType.Int32).Ints.ToArray();

    /// <summary>The elements of a bool tensor as a new array, row-major.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not bool, or its training step is over.</exception>
    public bool[] ToBoolArray() => AsRead(DType.Bool).Bools.ToArray();

    /// <summary>A float32 tensor of rank 2 as a new array.</summary>
    /// <exception cref="InvalidOperationException">The rank is not 2, or the tensor is not float32.</exception>
    public float[,] ToArray2D()
    {
        if (Rank != 2)
            throw new InvalidOperationException($"ToArray2D() needs a tensor of rank 2. Received shape {Shape}.");
        var array = new float[Shape[0], Shape[1]];
        AsRead(DType.Float32).Floats.CopyTo(Elements<float>(array));
        return array;
    }

    /// <summary>A copy as a <c>System.Numerics.Tensors</c> tensor; a scalar becomes one of shape <c>(1,)</c>, as those of rank 0 hold nothing there.</summary>
    public NumericsTensor ToNumericsTensor()
    {
        var lengths = new nint[Math.Max(1, Rank)];
        for (var i = 0; i < lengths.Length; i++) lengths[i] = Rank == 0 ? 1 : Shape[i];
        return System.Numerics.Tensors.Tensor.Create(ToArray(), lengths);
    }

    /// <summary>Converts a number to a scalar.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator Tensor(float value) => Scalar(value);

    /// <summary>Converts values, copied.</summary>
    /// <param name="values">The elements of one axis.</param>
    public static implicit operator Tensor(float[] values) => From(values, null);

    /// <summary>Converts a matrix, copied.</summary>
    /// <param name="values">Rows and columns.</param>
    public static implicit operator Tensor(float[,] values) => From((Array)values);

    /// <summary>Converts an array of rank 3, copied.</summary>
    /// <param name="values">The elements.</param>
    public static implicit operator Tensor(float[,,] values) => From((Array)values);

    /// <summary>Converts an array of rank 4, copied.</summary>
    /// <param name="values">The elements.</param>
    public static implicit operator Tensor(float[,,,] values) => From((Array)values);

    /// <summary>Converts integers, copied.</summary>
    /// <param name="values">The elements of one axis.</param>
    public static implicit operator Tensor(int[] values) => From(values, null);

    /// <summary>Converts a matrix of integers, copied.</summary>
    /// <param name="values">Rows and columns.</param>
    public static implicit operator Tensor(int[,] values) => From((Array)values);

    /// <summary>Converts booleans, copied.</summary>
    /// <param name="values">The elements of one axis.</param>
    public static implicit operator Tensor(bool[] values) => From(values, null);

    /// <summary>Converts doubles, each rounded to float32.</summary>
    /// <param name="values">The elements of one axis.</param>
    public static explicit operator Tensor(double[] values) => From((Array)values);

    /// <summary>Converts a matrix of doubles, each rounded to float32.</summary>
    /// <param name="values">Rows and columns.</param>
    public static explicit operator Tensor(double[,] values) => From((Array)values);

    /// <summary>Converts rows of one length, copied.</summary>
    /// <param name="rows">One row per sample.</param>
    public static implicit operator Tensor(float[][] rows) => From(rows);

    /// <summary>Converts rows of doubles, each rounded to float32.</summary>
    /// <param name="rows">One row per sample.</param>
    public static explicit operator Tensor(double[][] rows) => From(rows);

    /// <summary>Converts a <c>System.Numerics.Tensors</c> tensor, copied.</summary>
    /// <param name="tensor">A tensor of any strides.</param>
    public static implicit operator Tensor(NumericsTensor tensor) => From(tensor);

    /// <summary>Reads the only element.</summary>
    /// <param name="tensor">A tensor with one element.</param>
    public static explicit operator float(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.Item();
    }

    private static Tensor FromRows<T>(T[][] rows, Action<T[], Span<float>> copy)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var columns = rows is [{ } first, ..] ? first.Length : 0;
        var tensor = New(Shape.Create([rows.Length, columns]));
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i]?.Length != columns)
                throw new ArgumentException($"All rows must have the length of the first, {columns}. Received: {(rows[i] is { } row ? $"{row.Length} values" : "null")} in row {i}, counted from 0.", nameof(rows));
            copy(rows[i], tensor.Floats.Slice(i * columns, columns));
        }

        return tensor;
    }

    private static Span<T> Elements<T>(Array array) =>
        MemoryMarshal.CreateSpan(ref System.Runtime.CompilerServices.Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(array)), array.Length);

    private static Shape Fit(int length, Shape? shape)
    {
        if (shape is null) return Shape.Create(length);
        if (!shape.IsKnown) return Ops.ResolveShape(shape, length, Shape.Create(length));
        if (shape.Size != length)
            throw new ArgumentException($"Shape {shape} needs {shape.Size} values. Received: {length}.");
        return shape;
    }
}
