using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Descent.Cli.Measuring;

namespace Descent.Benchmarks;

/// <summary>
/// What one would write by hand for one thread, on the very arrays that Descent works on: <see cref="TensorPrimitives"/> where it has the
/// operation, else a loop.
/// </summary>
internal sealed class ElementwiseLoops
{
    private const MethodImplOptions Compiled = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;
    private readonly Tensor _result;
    private readonly Tensor _probabilities;

    public ElementwiseLoops(int size, int columns)
    {
        Columns = columns;
        X = Work.RandomNumbers([size]);
        Y = Work.RandomNumbers([size]) + 0.5f;
        Bias = Work.RandomNumbers([columns]);
        Positive = Ops.Abs(X) + 0.01f;
        Mask = Ops.Greater(X, 0f);
        Indices = Tensor.From([.. Enumerable.Range(0, size / columns).Select(i => (int)(i * 7919L % (size / columns)))]);
        (_result, _probabilities) = (Tensor.New([size]), Tensor.New([size]));
    }

    public int Columns { get; }

    public Tensor X { get; }

    public Tensor Y { get; }

    public Tensor Bias { get; }

    public Tensor Positive { get; }

    public Tensor Mask { get; }

    public Tensor Indices { get; }

    private int Count => X.Length / Columns;

    public static Tensor Labels(int rows, int classes) => Tensor.From([.. Enumerable.Range(0, rows).Select(i => i * 7 % classes)]);

    public void Add() => TensorPrimitives.Add(X.Floats, Y.Floats, _result.Floats);

    public void Multiply() => TensorPrimitives.Multiply(X.Floats, Y.Floats, _result.Floats);

    public void Relu() => TensorPrimitives.Max(X.Floats, 0f, _result.Floats);

    public void Sqrt() => TensorPrimitives.Sqrt(Positive.Floats, _result.Floats);

    public void Exp() => TensorPrimitives.Exp(X.Floats, _result.Floats);

    public void Log() => TensorPrimitives.Log(Positive.Floats, _result.Floats);

    public void Tanh() => TensorPrimitives.Tanh(X.Floats, _result.Floats);

    public void Sigmoid() => TensorPrimitives.Sigmoid(X.Floats, _result.Floats);

    public void Sum() => _result.Floats[0] = TensorPrimitives.Sum(X.Floats);

    public void Max() => _result.Floats[0] = TensorPrimitives.Max(X.Floats);

    public void AddBias()
    {
        for (var row = 0; row < Count; row++) TensorPrimitives.Add(Row(X, row, Columns), Bias.Floats, Row(_result, row, Columns));
    }

    [MethodImpl(Compiled)]
    public void Where()
    {
        ref var mask = ref Unsafe.As<bool, byte>(ref Mask.Bools[0]);
        ref float x = ref X.Floats[0], y = ref Y.Floats[0], z = ref _result.Floats[0];
        var i = 0;
        for (; i <= X.Length - 16; i += 16)
        {
            var (low, high) = Vector256.Widen(Vector256.WidenLower(Vector128.LoadUnsafe(ref mask, (nuint)i).ToVector256()));
            var taken = ~Vector512.Equals(Vector512.Create(low, high), Vector512<uint>.Zero);
            Vector512.ConditionalSelect(taken.AsSingle(), Vector512.LoadUnsafe(ref x, (nuint)i), Vector512.LoadUnsafe(ref y, (nuint)i)).StoreUnsafe(ref z, (nuint)i);
        }

        for (; i < X.Length; i++) Unsafe.Add(ref z, i) = Unsafe.Add(ref mask, i) != 0 ? Unsafe.Add(ref x, i) : Unsafe.Add(ref y, i);
    }

    public void MeanOfRows()
    {
        for (var row = 0; row < Count; row++) _result.Floats[row] = TensorPrimitives.Sum(Row(X, row, Columns)) / Columns;
    }

    public void SumOfColumns()
    {
        var sums = _result.Floats[..Columns];
        sums.Clear();
        for (var row = 0; row < Count; row++) TensorPrimitives.Add(sums, Row(X, row, Columns), sums);
    }

    [MethodImpl(Compiled)]
    public void Variance()
    {
        var x = X.Floats;
        var mean = TensorPrimitives.Sum<float>(x) / x.Length;
        Vector512<float> a = default, b = default;
        var (i, sum) = (0, 0f);
        for (; i <= x.Length - 32; i += 32)
        {
            var p = Vector512.LoadUnsafe(ref x[0], (nuint)i) - Vector512.Create(mean);
            var q = Vector512.LoadUnsafe(ref x[0], (nuint)i + 16) - Vector512.Create(mean);
            (a, b) = (a + p * p, b + q * q);
        }

        for (; i < x.Length; i++) sum += (x[i] - mean) * (x[i] - mean);
        _result.Floats[0] = (Vector512.Sum(a + b) + sum) / x.Length;
    }

    public void Softmax(int length)
    {
        for (var row = 0; row < X.Length / length; row++) TensorPrimitives.SoftMax(Row(X, row, length), Row(_result, row, length));
    }

    public void CrossEntropy(int length, Tensor labels)
    {
        var sum = 0f;
        for (var row = 0; row < X.Length / length; row++)
        {
            var p = Row(_probabilities, row, length);
            TensorPrimitives.SoftMax(Row(X, row, length), p);
            sum -= MathF.Log(p[labels.Ints[row]]);
        }

        _result.Floats[0] = sum / labels.Length;
    }

    public void CrossEntropyGradient(int length, Tensor labels)
    {
        CrossEntropy(length, labels);
        var scale = 1f / labels.Length;
        for (var row = 0; row < X.Length / length; row++)
        {
            var g = Row(_result, row, length);
            TensorPrimitives.Multiply(Row(_probabilities, row, length), scale, g);
            g[labels.Ints[row]] -= scale;
        }
    }

    public void SquaredError()
    {
        var distance = TensorPrimitives.Distance<float>(X.Floats, Y.Floats);
        _result.Floats[0] = distance * distance / X.Length;
    }

    public void SquaredErrorGradient()
    {
        SquaredError();
        TensorPrimitives.Subtract(Y.Floats, X.Floats, _result.Floats);
        TensorPrimitives.Multiply(_result.Floats, 2f / X.Length, _result.Floats);
    }

    [MethodImpl(Compiled)]
    public void Transpose()
    {
        const int Tile = 16;
        ReadOnlySpan<float> x = X.Floats;
        var y = _result.Floats;
        var (rows, columns) = (Count, Columns);
        for (var top = 0; top < rows; top += Tile)
            for (var left = 0; left < columns; left += Tile)
                for (var j = left; j < Math.Min(columns, left + Tile); j++)
                    for (var i = top; i < Math.Min(rows, top + Tile); i++)
                        y[j * rows + i] = x[i * columns + j];
    }

    public void Gather()
    {
        for (var row = 0; row < Count; row++) Row(X, Indices.Ints[row], Columns).CopyTo(Row(_result, row, Columns));
    }

    private static Span<float> Row(Tensor x, int row, int length) => x.Floats.Slice(row * length, length);
}
