using BenchmarkDotNet.Attributes;
using Descent.Cli.Measuring;
using Descent.Optimizers;
using Descent.Threading;

namespace Descent.Benchmarks;

/// <summary>One step of each optimizer beside a bare pass over as many arrays, on one thread.</summary>
[MemoryDiagnoser]
public class OptimizerSteps
{
    private const int Columns = 40;

    private MemoryPass _pass = null!;
    private int _arrays;
    private Action _step = null!;

    // Of a matrix, as some optimizers treat it as a whole.
    [Params(1_000, 16_000)]
    public int Parameters { get; set; }

    [ParamsSource(nameof(Names))]
    public string Name { get; set; } = "";

    public static string[] Names => Work.Optimizers;

    [GlobalSetup]
    public void Setup()
    {
        Workers.SetCount(1);
        var optimizer = Optimizer.Get(Name);
        Shape shape = [Parameters / Columns, Columns];
        _step = Work.OptimizerStep(optimizer, Work.Variables("w", shape, 1), Work.Gradients(shape, 1));
        _arrays = 1 + optimizer.Variables.Count(v => v.Shape.Size == Parameters);
        _pass = new MemoryPass(Parameters, _arrays);
    }

    [Benchmark(Baseline = true)]
    public void BarePass() => _pass.Run(_arrays);

    [Benchmark]
    public void Step() => _step();
}
