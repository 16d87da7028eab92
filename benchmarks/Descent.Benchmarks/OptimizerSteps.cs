using System.Numerics;
using BenchmarkDotNet.Attributes;
using Descent.Optimizers;

namespace Descent.Benchmarks;

/// <summary>One step of each optimizer against a bare pass that reads four arrays and writes three, as Adam must; one thread.</summary>
[MemoryDiagnoser]
public class OptimizerSteps
{
    private readonly float[][] _arrays = new float[4][];
    private Optimizer _optimizer = null!;
    private Tensor[] _gradients = [];

    [Params(1_000, 16_000)]
    public int Parameters { get; set; }

    [Params("sgd", "rmsprop", "adagrad", "adadelta", "adam", "adamw", "adamax", "nadam")]
    public string Name { get; set; } = "adam";

    [GlobalSetup]
    public void Setup()
    {
        for (var i = 0; i < _arrays.Length; i++) _arrays[i] = new float[Parameters];
        _optimizer = Name;
        _optimizer.Build([new Variable("w", Tensor.Ones([Parameters]))]);
        _gradients = [Tensor.Full([Parameters], 0.1f)];
    }

    [Benchmark(Baseline = true)]
    public void BarePass()
    {
        Span<float> w = _arrays[0], g = _arrays[1], m = _arrays[2], v = _arrays[3];
        for (var i = 0; i <= w.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var gradient = new Vector<float>(g[i..]);
            (new Vector<float>(w[i..]) + gradient).CopyTo(w[i..]);
            (new Vector<float>(m[i..]) + gradient).CopyTo(m[i..]);
            (new Vector<float>(v[i..]) + gradient).CopyTo(v[i..]);
        }
    }

    [Benchmark]
    public void Step() => _optimizer.Apply(_gradients);
}
