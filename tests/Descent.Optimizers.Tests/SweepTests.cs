using Descent.Optimizers;
using Descent.Threading;

namespace Descent.Tests;

/// <summary>What the size of a model must not change.</summary>
[Collection(ProcessSettings.Name)]
public sealed class SweepTests : IDisposable
{
    private const int Large = 5_000_000; // chunks of the longest kind

    private readonly int _count = Workers.Count;

    public void Dispose() => Workers.SetCount(_count);

    [Fact]
    public void Apply_LargeVariables_GivesTheSameBitsOnAnyNumberOfThreads()
    {
        var expected = Train(1);
        Assert.Equal(expected, Train(2));
        Assert.Equal(expected, Train(5));

        static float[] Train(int threads)
        {
            Workers.SetCount(threads);
            Variable[] variables = [.. new[] { 3, Large, 1000, 70_001 }.Select((size, i) => new Variable($"v{i}", Tensor.From(Kinds.Numbers(size, i), [size])))];
            var adam = new Adam(0.01) { GlobalClipNorm = 2, WeightDecay = 0.01 };
            for (var step = 0; step < 2; step++)
                adam.Apply([.. variables.Select((v, i) => Tensor.From(Kinds.Numbers(v.Shape.Size, 10 * step + i), v.Shape))], variables);
            return [.. variables.SelectMany(v => v.ToArray())];
        }
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(1_000_000)]
    [InlineData(8_000_000)]
    public void ClipNorm_LargeGradient_IsClippedToTheNorm(int size)
    {
        var w = new Variable("w", Tensor.Zeros([size]));
        new SGD(learningRate: 1) { ClipNorm = 1 }.Apply([Tensor.Full([size], 0.3f)], [w]);
        var norm = Math.Sqrt(w.ToArray().Sum(x => (double)x * x));
        Assert.Equal(1, norm, 1e-6); // the error of sums of 16 Ki squares, 64 side by side
    }

    [Fact]
    public void Apply_RuleThatThrows_ChangesNothing()
    {
        var w = new Variable("w", Tensor.Ones([100_000]));
        var optimizer = new Unfinished();
        Assert.Throws<NotSupportedException>(() => optimizer.Apply([Tensor.Ones([100_000])], [w]));
        Assert.All(w.ToArray(), x => Assert.Equal(1, x));
        Assert.Equal(0, optimizer.Iterations);
    }

    private sealed class Unfinished() : RuleOptimizer(0.01)
    {
        protected override void BuildSlots()
        {
        }

        protected override void Update(RuleRunner runner, double learningRate, int step) => runner.Run(default(UnfinishedRule));
    }

    private readonly struct UnfinishedRule : IUpdateRule
    {
        public void Update<L>(ref L w, L g, ref L s0, ref L s1, ref L s2) where L : struct, ILane<L> => throw new NotSupportedException();
    }
}
