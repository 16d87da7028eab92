using Descent.Optimizers;

namespace Descent.Tests;

/// <summary>The optimizers that treat matrices in ways of their own, beside their formulas in double precision.</summary>
public sealed class MatrixStepTests
{
    private const double Rounding = 1e-4; // of some hundred float32 additions and of iterations that enlarge small values threefold

    [Theory]
    [InlineData(1, 1)]
    [InlineData(24, 24)]
    [InlineData(40, 7)]
    [InlineData(7, 40)]
    [InlineData(130, 90)]
    public void Muon_AnyShapeAndNumberOfIterations_IsTheFormula(int rows, int columns)
    {
        var g = Kinds.Numbers(rows * columns, 1);
        for (var iterations = 0; iterations <= 5; iterations++)
        {
            var w = new Variable("w", Tensor.Zeros([rows, columns]));
            new Muon(learningRate: 1) { NsSteps = iterations, Momentum = 0, WeightDecay = null, RmsRate = null }.Apply([Tensor.From(g, w.Shape)], [w]);
            AssertClose(Orthogonal(g, rows, columns, iterations), w.ToArray(), -1);
        }
    }

    [Theory]
    [InlineData(1, 30, 20)]
    [InlineData(3, 40, 50)]
    [InlineData(2, 1, 33)]
    [InlineData(2, 70, 1)]
    public void Adafactor_SeveralMatrices_AreFactoredEachForItself(int matrices, int height, int width)
    {
        var (g, start) = (Kinds.Numbers(matrices * height * width, 2), Kinds.Numbers(matrices * height * width, 3));
        var w = new Variable("w", Tensor.From(start, [matrices, height, width]));
        new Adafactor(learningRate: 0.5).Apply([Tensor.From(g, w.Shape)], [w]);

        // At the first step the means are those of the gradient alone.
        var u = new double[g.Length];
        for (var matrix = 0; matrix < matrices; matrix++)
        {
            double Square(int row, int column) => Math.Pow(g[(matrix * height + row) * width + column], 2);
            var r = Enumerable.Range(0, height).Select(i => Enumerable.Range(0, width).Average(j => Square(i, j))).ToArray();
            var c = Enumerable.Range(0, width).Select(j => Enumerable.Range(0, height).Average(i => Square(i, j))).ToArray();
            for (var i = 0; i < height; i++)
                for (var j = 0; j < width; j++)
                    u[(matrix * height + i) * width + j] = g[(matrix * height + i) * width + j] / Math.Sqrt(r[i] / r.Average() * c[j]);
        }

        var alpha = Math.Sqrt(start.Average(x => (double)x * x)) * 0.5 / Math.Max(1, Math.Sqrt(u.Average(x => x * x)));
        AssertClose([.. start.Zip(u, (x, d) => x - alpha * d)], w.ToArray(), 1);
    }

    [Fact]
    public void Adafactor_GradientsAsTheyAreOrPrepared_GivesTheSameBits()
    {
        Assert.Equal(Train(new Adafactor()), Train(new Adafactor { ClipValue = 1e30 }));

        static float[] Train(Adafactor optimizer)
        {
            Shape[] shapes = [[3, 40, 50], [70, 1], [1, 33], [300], [200, 150]];
            Variable[] variables = [.. shapes.Select((s, i) => new Variable($"v{i}", Tensor.From(Kinds.Numbers(s.Size, i), s)))];
            for (var step = 0; step < 3; step++)
                optimizer.Apply([.. shapes.Select((s, i) => Tensor.From(Kinds.Numbers(s.Size, 10 + step + i), s))], variables);
            return [.. variables.Concat(optimizer.Variables.Where(v => v.DType == DType.Float32)).SelectMany(v => v.ToArray())];
        }
    }

    private static void AssertClose(double[] expected, float[] actual, int sign)
    {
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], sign * actual[i], Rounding);
    }

    private static double[] Orthogonal(float[] matrix, int rows, int columns, int iterations)
    {
        var tall = rows > columns;
        var (height, width) = tall ? (columns, rows) : (rows, columns);
        double At(double[] m, int i, int j) => tall ? m[j * columns + i] : m[i * columns + j];
        var norm = Math.Sqrt(matrix.Sum(v => (double)v * v)) + 1e-7;
        var x = matrix.Select(v => v / norm).ToArray();
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            var (square, factor, next) = (new double[height, height], new double[height, height], new double[x.Length]);
            for (var i = 0; i < height; i++)
                for (var j = 0; j < height; j++)
                    for (var k = 0; k < width; k++) square[i, j] += At(x, i, k) * At(x, j, k);
            for (var i = 0; i < height; i++)
            {
                for (var j = 0; j < height; j++)
                {
                    for (var k = 0; k < height; k++) factor[i, j] += square[i, k] * square[k, j];
                    factor[i, j] = 2.0315 * factor[i, j] - 4.775 * square[i, j];
                }
            }

            for (var i = 0; i < height; i++)
            {
                for (var j = 0; j < width; j++)
                {
                    var sum = 3.4445 * At(x, i, j);
                    for (var k = 0; k < height; k++) sum += factor[i, k] * At(x, k, j);
                    next[tall ? j * columns + i : i * columns + j] = sum;
                }
            }

            x = next;
        }

        return x;
    }
}
