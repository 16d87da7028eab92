using BenchmarkDotNet.Attributes;
using Descent.Cli.Measuring;

namespace Descent.Benchmarks;

/// <summary>Operations on elements, and softmax over rows, beside scalar loops that write to memory they already have.</summary>
[MemoryDiagnoser]
public class ElementwiseOperations
{
    private const int Columns = 100;

    private static readonly Dictionary<string, (Func<Tensor, Tensor> Operation, Action<float[], float[]> Scalar)> Operations = new()
    {
        ["add"] = (x => x + x, Each<Twice>),
        ["relu"] = (x => Ops.Relu(x), Each<Relu>),
        ["sqrt"] = (x => Ops.Sqrt(x), Each<Sqrt>),
        ["exp"] = (x => Ops.Exp(x), Each<Exp>),
        ["tanh"] = (x => Ops.Tanh(x), Each<Tanh>),
        ["sigmoid"] = (x => Ops.Sigmoid(x), Each<Sigmoid>),
        ["softmax"] = (x => Ops.Softmax(x), SoftmaxOfRows),
    };

    private Tensor _x = Tensor.Zeros([]);
    private float[] _input = [], _output = [];

    [Params(1_000, 1_000_000)]
    public int Elements { get; set; }

    [ParamsSource(nameof(Names))]
    public string Name { get; set; } = "";

    public static IEnumerable<string> Names => Operations.Keys;

    [GlobalSetup]
    public void Setup()
    {
        _x = Ops.Abs(Work.RandomNumbers([Elements / Columns, Columns])); // as some have no negative arguments
        (_input, _output) = (_x.ToArray(), new float[Elements]);
    }

    [Benchmark(Baseline = true)]
    public void Scalar() => Operations[Name].Scalar(_input, _output);

    [Benchmark]
    public Tensor Descent() => Operations[Name].Operation(_x);

    private static void Each<T>(float[] x, float[] y)
        where T : struct, IFunction
    {
        for (var i = 0; i < x.Length; i++) y[i] = T.Of(x[i]);
    }

    private static void SoftmaxOfRows(float[] x, float[] y)
    {
        for (var row = 0; row < x.Length; row += Columns)
        {
            var (max, sum) = (float.NegativeInfinity, 0f);
            for (var i = row; i < row + Columns; i++) max = MathF.Max(max, x[i]);
            for (var i = row; i < row + Columns; i++) sum += y[i] = MathF.Exp(x[i] - max);
            for (var i = row; i < row + Columns; i++) y[i] /= sum;
        }
    }

    // As types, so that the loops have no calls that a scalar loop need not have.
    private interface IFunction
    {
        static abstract float Of(float x);
    }

    private readonly struct Twice : IFunction
    {
        public static float Of(float x) => x + x;
    }

    private readonly struct Relu : IFunction
    {
        public static float Of(float x) => MathF.Max(x, 0);
    }

    private readonly struct Sqrt : IFunction
    {
        public static float Of(float x) => MathF.Sqrt(x);
    }

    private readonly struct Exp : IFunction
    {
        public static float Of(float x) => MathF.Exp(x);
    }

    private readonly struct Tanh : IFunction
    {
        public static float Of(float x) => MathF.Tanh(x);
    }

    private readonly struct Sigmoid : IFunction
    {
        public static float Of(float x) => 1 / (1 + MathF.Exp(-x));
    }
}
