using BenchmarkDotNet.Attributes;
using Descent.Cli.Measuring;

namespace Descent.Benchmarks;

/// <summary>The product of two square matrices beside three scalar loops.</summary>
[MemoryDiagnoser]
public class MatrixProducts
{
    private float[] _a = [], _b = [], _c = [];
    private Action _product = null!;

    [Params(16, 96, 384)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _product = Work.MatrixProduct(Size);
        (_a, _b, _c) = (Work.RandomNumbers([Size, Size]).ToArray(), Work.RandomNumbers([Size, Size]).ToArray(), new float[Size * Size]);
    }

    [Benchmark(Baseline = true)]
    public void Scalar()
    {
        var n = Size;
        Array.Clear(_c);
        for (var i = 0; i < n; i++)
        {
            var row = _c.AsSpan(i * n, n);
            for (var k = 0; k < n; k++)
            {
                var factor = _a[i * n + k];
                var others = _b.AsSpan(k * n, row.Length);
                for (var j = 0; j < row.Length; j++) row[j] += factor * others[j];
            }
        }
    }

    [Benchmark]
    public void MatMul() => _product();
}
