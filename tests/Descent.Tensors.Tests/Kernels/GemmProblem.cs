using Descent.Kernels;

namespace Descent.Tests.Kernels;

/// <summary>One product with its operands, guard values around the result and a reference in double.</summary>
internal sealed unsafe class GemmProblem
{
    private const float Guard = 12345.678f;

    private readonly int _m, _n, _k;
    private readonly float[] _left, _right, _start, _bias;
    private readonly double[] _sums, _magnitudes;

    public GemmProblem(int m, int n, int k, System.Random random)
    {
        (_m, _n, _k) = (m, n, k);
        _left = Values(m * k, random);
        _right = Values(k * n, random);
        _start = Values(m * n, random);
        _bias = Values(n, random);
        _sums = new double[m * n];
        _magnitudes = new double[m * n];
        for (int i = 0; i < m; i++)
        {
            for (int p = 0; p < k; p++)
            {
                double left = _left[i * k + p];
                for (int j = 0; j < n; j++)
                {
                    double product = left * _right[p * n + j];
                    _sums[i * n + j] += product;
                    _magnitudes[i * n + j] += Math.Abs(product);
                }
            }
        }
    }

    /// <summary>Runs the product on operands laid out as asked, at odd offsets; returns C with its guard values.</summary>
    public float[] Run(string kernel, bool transposeA, bool transposeB, int padding, bool accumulate, bool bias, GemmActivation activation)
    {
        float[] a = Stored(_left, _m, _k, transposeA, padding, out int lda);
        float[] b = Stored(_right, _k, _n, transposeB, padding, out int ldb);
        int ldc = RowStride(padding);
        var c = new float[1 + _m * ldc + 16];
        Array.Fill(c, Guard);
        for (int i = 0; i < _m; i++)
        {
            for (int j = 0; j < _n; j++)
                c[1 + i * ldc + j] = accumulate ? _start[i * _n + j] : float.NaN;
        }

        fixed (float* pa = a, pb = b, pc = c, pbias = _bias)
            Multiply(kernel, transposeA, transposeB, pa + 1, lda, pb + 1, ldb, pc + 1, ldc, accumulate, bias ? pbias : null, activation);
        return c;
    }

    /// <summary>Runs the product and checks every element, and that nothing around C has changed.</summary>
    public void Check(string kernel, bool transposeA, bool transposeB, int padding, bool accumulate, bool bias, GemmActivation activation)
    {
        float[] c = Run(kernel, transposeA, transposeB, padding, accumulate, bias, activation);
        string what = $"{kernel} {_m}x{_k}x{_n} transposed {transposeA} {transposeB} padding {padding} accumulate {accumulate} bias {bias} {activation}";
        int ldc = RowStride(padding);
        for (int position = 0; position < c.Length; position++)
        {
            int i = (position - 1) / ldc, j = (position - 1) % ldc;
            if (position == 0 || i >= _m || j >= _n)
            {
                if (c[position] != Guard)
                    Assert.Fail($"{what}: the value beside C at {position} became {c[position]}.");
                continue;
            }

            int at = i * _n + j;
            double expected = _sums[at] + (accumulate ? _start[at] : 0) + (bias ? _bias[j] : 0);
            // The bound of any order of k + 2 additions of rounded products, with the unit roundoff 2^-24 (Higham, section 3.1).
            double tolerance = (_k + 3) * Math.Pow(2, -24) * (_magnitudes[at] + (accumulate ? Math.Abs(_start[at]) : 0) + (bias ? Math.Abs(_bias[j]) : 0));
            if (activation == GemmActivation.Relu)
                expected = Math.Max(expected, 0);
            if (!(Math.Abs(c[position] - expected) <= tolerance))
                Assert.Fail($"{what}: element ({i}, {j}) must be {expected} within {tolerance}. Received: {c[position]}.");
        }
    }

    private int RowStride(int padding) => Math.Max(1, _n + padding);

    private void Multiply(
        string kernel, bool transposeA, bool transposeB, float* a, int lda, float* b, int ldb, float* c, int ldc,
        bool accumulate, float* bias, GemmActivation activation)
    {
        switch (kernel)
        {
            case "512":
                Gemm.Multiply<GemmVector512>(transposeA, transposeB, _m, _n, _k, a, lda, b, ldb, c, ldc, accumulate, bias, activation);
                break;
            case "256":
                Gemm.Multiply<GemmVector256>(transposeA, transposeB, _m, _n, _k, a, lda, b, ldb, c, ldc, accumulate, bias, activation);
                break;
            case "128":
                Gemm.Multiply<GemmVector128>(transposeA, transposeB, _m, _n, _k, a, lda, b, ldb, c, ldc, accumulate, bias, activation);
                break;
            case "scalar":
                Gemm.Multiply<GemmScalar>(transposeA, transposeB, _m, _n, _k, a, lda, b, ldb, c, ldc, accumulate, bias, activation);
                break;
            default:
                Gemm.Multiply(transposeA, transposeB, _m, _n, _k, a, lda, b, ldb, c, ldc, accumulate, bias, activation);
                break;
        }
    }

    /// <summary>A matrix as the product takes it, from index 1 on; what surrounds its values is NaN, so that no use of it stays hidden.</summary>
    private static float[] Stored(float[] matrix, int rows, int columns, bool transpose, int padding, out int stride)
    {
        int stored = transpose ? columns : rows;
        stride = (transpose ? rows : columns) + padding;
        var result = new float[1 + stored * stride + 16];
        Array.Fill(result, float.NaN);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                result[1 + (transpose ? j * stride + i : i * stride + j)] = matrix[i * columns + j];
        }
        return result;
    }

    private static float[] Values(int count, System.Random random)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = random.NextSingle() * 2 - 1;
        return values;
    }
}
