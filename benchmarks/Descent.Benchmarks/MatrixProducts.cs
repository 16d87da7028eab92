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
        var (a, b, c) = (_a, _b, _c);
        Array.Clear(c);
        for (var i = 0; i < Size; i++)
            for (var k = 0; k < Size; k++)
                for (var j = 0; j < Size; j++)
                    c[i * Size + j] += a[i * Size + k] * b[k * Size + j];
    }

    [Benchmark]
    public void MatMul() => _product();
}
