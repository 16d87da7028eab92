using Descent.Tests.Threading;
using Descent.Threading;

namespace Descent.Tests.Random;

[Collection(ThreadCountTests.Name)]
public sealed class RandomOpsTests : IDisposable
{
    private const int Many = 100_000;
    private readonly int _count = Workers.Count;

    public static TheoryData<string> Operations => [.. All.Keys];

    private static Dictionary<string, Func<SeedGenerator?, Tensor>> All { get; } = new()
    {
        ["normal"] = s => RandomOps.Normal([3, 40_001], 1, 2, s),
        ["truncated_normal"] = s => RandomOps.TruncatedNormal([3, 40_001], 1, 2, s),
        ["uniform"] = s => RandomOps.Uniform([3, 40_001], -1, 2, s),
        ["randint"] = s => RandomOps.RandInt([3, 40_001], -5, 1000, s),
        ["dropout"] = s => RandomOps.Dropout(Tensor.Ones([3, 40_001]), 0.3, seed: s),
        ["shuffle"] = s => RandomOps.Shuffle(RandomOps.Uniform([40_001], seed: 3), seed: s),
        ["categorical"] = s => RandomOps.Categorical(new float[,] { { 0, 1, 2 }, { 2, 1, 0 } }, 40_001, s),
        ["binomial"] = s => RandomOps.Binomial([3, 40_001], 7f, 0.3f, s),
        ["gamma"] = s => RandomOps.Gamma([3, 40_001], 0.7, s),
        ["beta"] = s => RandomOps.Beta([3, 40_001], 0.7f, 2f, s),
    };

    public void Dispose() => Workers.SetCount(_count);

    [Theory]
    [MemberData(nameof(Operations))]
    public void Operation_AnyNumberOfThreads_GivesTheSameBits(string operation)
    {
        Workers.SetCount(1);
        var expected = Cells(All[operation](42));
        foreach (var threads in (int[])[2, 7])
        {
            Workers.SetCount(threads);
            Assert.Equal(expected, Cells(All[operation](42)));
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Operation_Seeds_RepeatAndDifferAsInKeras(string operation)
    {
        var draw = All[operation];
        var seeds = new SeedGenerator(42);
        var (first, second) = (Cells(draw(seeds)), Cells(draw(seeds)));
        Assert.NotEqual(first, second);
        Assert.Equal(first, Cells(draw(42)));
        Assert.NotEqual(first, Cells(draw(43)));
        RandomSeed.Set(7);
        var (global, next) = (Cells(draw(null)), Cells(draw(null)));
        Assert.NotEqual(global, next);
        RandomSeed.Set(7);
        Assert.Equal(global, Cells(draw(null)));
        RandomSeed.Set(7);
        var unseeded = Cells(draw(new SeedGenerator()));
        RandomSeed.Set(7);
        Assert.Equal(unseeded, Cells(draw(new SeedGenerator())));
    }

    // Mean and variance within five standard errors of what the distribution has.
    [Theory]
    [InlineData("normal", 3, 4)]
    [InlineData("uniform", 0.5, 9 / 12.0)]
    [InlineData("truncated", 3, 4 * 0.7737413035)]
    [InlineData("randint", 2.5, 35 / 12.0)]
    [InlineData("binomial", 2.1, 1.47)]
    [InlineData("gamma 0.1", 0.1, 0.1)]
    [InlineData("gamma 0.7", 0.7, 0.7)]
    [InlineData("gamma 1", 1, 1)]
    [InlineData("gamma 50", 50, 50)]
    [InlineData("beta 0.5 2", 0.2, 1 / 21.875)]
    [InlineData("beta 0.01 0.01", 0.5, 0.25 / 1.02)]
    [InlineData("beta 30 10", 0.75, 300 / 65_600.0)]
    public void Operation_ManyNumbers_HaveTheMomentsOfTheDistribution(string distribution, double mean, double variance)
    {
        double[] numbers = [.. Numbers(distribution)];
        var average = numbers.Average();
        var spread = numbers.Average(x => (x - mean) * (x - mean));
        var fourth = numbers.Average(x => Math.Pow(x - mean, 4));
        Assert.Equal(mean, average, 5 * Math.Sqrt(variance / Many));
        Assert.Equal(variance, spread, 5 * Math.Sqrt((fourth - variance * variance) / Many));

        static IEnumerable<double> Numbers(string distribution) => distribution.Split(' ') switch
        {
            ["normal"] => Floats(RandomOps.Normal([Many], 3, 2, 1)),
            ["uniform"] => Floats(RandomOps.Uniform([Many], -1, 2, 1)),
            ["truncated"] => Floats(RandomOps.TruncatedNormal([Many], 3, 2, 1)),
            ["randint"] => RandomOps.RandInt([Many], 0, 6, 1).ToInt32Array().Select(i => (double)i),
            ["binomial"] => Floats(RandomOps.Binomial([Many], Tensor.From([7], []), 0.3f, 1)),
            ["gamma", var alpha] => Floats(RandomOps.Gamma([Many], Number(alpha), 1)),
            [_, var alpha, var beta] => Floats(RandomOps.Beta([Many], Number(alpha), Number(beta), 1)),
            _ => throw new ArgumentException(distribution),
        };

        static float Number(string text) => float.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void RandInt_FullRange_ReachesBothHalves()
    {
        var values = RandomOps.RandInt([1000], int.MinValue, int.MaxValue, 1).ToInt32Array();
        Assert.Contains(values, v => v < -1_000_000_000);
        Assert.Contains(values, v => v > 1_000_000_000);
        Assert.All(RandomOps.RandInt([100], 5, 6, 1).ToInt32Array(), v => Assert.Equal(5, v));
    }

    [Fact]
    public void Categorical_Logits_GiveEachClassItsShare()
    {
        var drawn = RandomOps.Categorical(new float[,] { { MathF.Log(1), float.NegativeInfinity, MathF.Log(3) }, { 5, 5, float.NegativeInfinity } }, Many, 1);
        Assert.Equal([2, Many], drawn.Shape);
        var classes = drawn.ToInt32Array();
        double Share(int row, int c) => classes.Skip(row * Many).Take(Many).Count(x => x == c) / (double)Many;
        Assert.Equal([0.25, 0, 0.75], ((double[])[Share(0, 0), Share(0, 1), Share(0, 2)]).Select(s => Math.Round(s, 2)));
        Assert.Equal([0.5, 0.5, 0], ((double[])[Share(1, 0), Share(1, 1), Share(1, 2)]).Select(s => Math.Round(s, 2)));
    }

    [Fact]
    public void Binomial_CountsAndProbabilities_Broadcast()
    {
        var drawn = RandomOps.Binomial([2, 3], new float[,] { { 0 }, { 1_000_000 } }, new float[] { 0, 0.5f, 1 }, 1);
        Assert.Equal([0, 0, 0, 0], (float[])[drawn[0, 0], drawn[0, 1], drawn[0, 2], drawn[1, 0]]);
        Assert.Equal(1_000_000, drawn[1, 2]);
        Assert.Equal(500_000, drawn[1, 1], 2500f);
    }

    [Fact]
    public void Shuffle_Axis_KeepsTheEntriesAndTheirGradients()
    {
        var x = Ops.Cast(Ops.Reshape(Ops.Arange(0, 60), [3, 20]), DType.Float32);
        var y = RandomOps.Shuffle(x, axis: 1, seed: 1);
        Assert.NotEqual(x.ToArray(), y.ToArray());
        for (var row = 0; row < 3; row++)
        {
            Assert.Equal(Enumerable.Range(20 * row, 20).Select(i => (float)i), y.ToArray().Skip(20 * row).Take(20).Order());
            for (var i = 0; i < 20; i++) Assert.Equal(20f * row, y[row, i] - y[0, i]);
        }

        using var tape = new GradientTape();
        tape.Watch(x);
        var gradient = tape.Gradient(Ops.Sum(RandomOps.Shuffle(x, 1, 1) * x), x)!;
        for (var i = 0; i < 20; i++) Assert.Equal(y[0, i] + Array.IndexOf(y.ToArray(), x[0, i]), gradient[0, i]);
    }

    [Fact]
    public void Dropout_NoiseShape_SharesTheFateAndPassesGradientsOn()
    {
        var x = Tensor.Ones([4, 1000]);
        using var tape = new GradientTape();
        tape.Watch(x);
        var y = RandomOps.Dropout(x, 0.25, noiseShape: [1, 1000], seed: 1);
        Assert.Equal(y.ToArray(), tape.Gradient(Ops.Sum(y), x)!.ToArray());
        Assert.Equal([0f, 4f / 3], y.ToArray().Distinct().Order());
        for (var i = 0; i < 1000; i++) Assert.Equal(y[0, i], y[3, i]);
        Assert.Equal(0.25, y.ToArray().Average(v => v == 0 ? 1.0 : 0), 0.07);
        Assert.All(RandomOps.Dropout(x, 1, seed: 1).ToArray(), v => Assert.Equal(0, v));
    }

    [Fact]
    public void Operation_Empty_GivesAnEmptyTensor()
    {
        Assert.Equal(0, RandomOps.Normal([0, 3], seed: 1).Length);
        Assert.Equal(0, RandomOps.RandInt([3, 0], 0, 5, 1).Length);
        Assert.Equal([0, 2], RandomOps.Categorical(Tensor.Zeros([0, 4]), 2, 1).Shape);
        Assert.Equal(0, RandomOps.Shuffle(Tensor.Zeros([0, 4]), seed: 1).Length);
        Assert.Equal(0, RandomOps.Beta([0], 1f, 1f, 1).Length);
    }

    [Fact]
    public void Operation_BadArgument_SaysWhatIsExpected()
    {
        Throws("stddev must be zero or more, and finite. Received: -1.", () => RandomOps.Normal([1], 0, -1));
        Throws("stddev must be zero or more, and finite. Received: NaN.", () => RandomOps.TruncatedNormal([1], 0, double.NaN));
        Throws("maxval must be minval, 1, or more. Received: 0.5.", () => RandomOps.Uniform([1], 1, 0.5));
        Throws("maxval must be above minval, 3. Received: 3.", () => RandomOps.RandInt([1], 3, 3));
        Throws("rate must be in [0, 1]. Received: 1.5.", () => RandomOps.Dropout(1f, 1.5));
        Throws("noiseShape must broadcast to (2, 3), the shape of the inputs. Received: (4, 2, 3).", () => RandomOps.Dropout(Tensor.Ones([2, 3]), 0.5, [4, 2, 3]));
        Throws("logits must be of shape (batch, classes) with at least one class. Received shape (3,).", () => RandomOps.Categorical(Tensor.Ones([3]), 1));
        Throws("numSamples must be 1 or more. Received: 0.", () => RandomOps.Categorical(Tensor.Ones([3, 2]), 0));
        Throws("counts must be whole numbers of 0 or more. Received: 1.5.", () => RandomOps.Binomial([1], 1.5f, 0.5f));
        Throws("probabilities must be in [0, 1]. Received: NaN.", () => RandomOps.Binomial([1], 1f, float.NaN));
        Throws("alpha must be positive and finite. Received: 0.", () => RandomOps.Gamma([1], 0));
        Throws("beta must be positive and finite. Received: -2.", () => RandomOps.Beta([1], 1f, -2f));

        static void Throws(string message, Action action) => Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
    }

    private static float[] Cells(Tensor tensor) => tensor.DType == DType.Int32 ? [.. tensor.ToInt32Array().Select(i => (float)i)] : tensor.ToArray();

    private static IEnumerable<double> Floats(Tensor tensor) => tensor.ToArray().Select(x => (double)x);
}
