using Descent.Tests.Gradients;
using Descent.Tests.Threading;
using Descent.Threading;

namespace Descent.Tests.Operations;

/// <summary>Convolutions and pooling large enough for many blocks, parts and threads; and what they refuse.</summary>
[Collection(ThreadCountTests.Name)]
public sealed class ConvolutionTests : IDisposable
{
    private readonly int _count = Workers.Count;

    public void Dispose() => Workers.SetCount(_count);

    public static TheoryData<string> Names => [.. Cases.Keys];

    // Each with more outputs than a block has rows, at their borders within a sample and between samples.
    private static readonly Dictionary<string, (int[] X, int[] Kernel, PerAxis Strides, string Padding, PerAxis Dilation)> Cases = new()
    {
        ["valid"] = ([17, 13, 11, 5], [3, 3, 5, 19], 1, "valid", 1),
        ["same, strides"] = ([16, 30, 17, 3], [3, 2, 3, 33], (2, 1), "same", 1),
        ["one large sample"] = ([1, 70, 71, 4], [3, 3, 4, 8], 1, "same", 1),
        ["deep"] = ([3, 12, 12, 67], [5, 3, 67, 9], 1, "same", 1),
        ["dilated"] = ([9, 16, 17, 6], [3, 3, 6, 7], 1, "same", 2),
        ["groups"] = ([12, 12, 12, 6], [3, 3, 2, 9], 1, "valid", 1),
        ["depthwise"] = ([12, 12, 13, 37], [3, 3, 1, 37], (1, 2), "same", 1),
        ["pointwise"] = ([7, 20, 20, 6], [1, 1, 6, 17], 1, "valid", 1),
        ["one axis, causal"] = ([4, 600, 3], [4, 3, 8], 1, "causal", 1),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Conv_ManyBlocks_EqualsTheSumOfProducts(string name)
    {
        var (xShape, kernelShape, strides, padding, dilation) = Cases[name];
        var (x, kernel) = (OpCase.Draw(xShape, -1, 1), OpCase.Draw(kernelShape, -1, 1, 2));
        using var tape = new GradientTape();
        tape.Watch(x);
        tape.Watch(kernel);
        var y = Ops.Conv(x, kernel, strides, padding, dilation);
        var g = OpCase.Draw(y.Shape, -1, 1, 3);
        var gradients = tape.Gradient(Ops.Sum(y * g), [x, kernel]);

        var (output, dx, dk) = Direct(x, kernel, g, strides, padding, dilation);
        Assert.Equal(output.Length, y.Length);
        Golden.AssertClose(output, y.AsSpan(), 2e-5, "output");
        Golden.AssertClose(dx, gradients[0]!.AsSpan(), 2e-5, "gradient of x");
        Golden.AssertClose(dk, gradients[1]!.AsSpan(), 2e-4, "gradient of the kernel"); // a sum over all outputs
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Conv_AnyThreadCount_GivesTheSameBits(string name)
    {
        var (xShape, kernelShape, strides, padding, dilation) = Cases[name];
        var (x, kernel) = (OpCase.Draw(xShape, -1, 1), OpCase.Draw(kernelShape, -1, 1, 2));
        Workers.SetCount(1);
        var expected = Results();
        foreach (var threads in (int[])[2, 7])
        {
            Workers.SetCount(threads);
            Assert.Equal(expected, Results());
        }

        float[][] Results()
        {
            using var tape = new GradientTape();
            tape.Watch(x);
            tape.Watch(kernel);
            var y = Ops.Conv(x, kernel, strides, padding, dilation);
            var pooled = Ops.MaxPool(y, 2, 1) + Ops.AveragePool(y, 2, 1);
            return [y.ToArray(), pooled.ToArray(), .. tape.Gradient(Ops.Square(pooled), [x, kernel]).Select(t => t!.ToArray())];
        }
    }

    [Fact]
    public void Conv_FusedBiasAndRectifier_EqualSeparateOperations()
    {
        Tensor[] inputs = [OpCase.Draw([17, 13, 11, 5], -1, 1), OpCase.Draw([3, 3, 5, 19], -1, 1, 2), OpCase.Draw([19], -1, 1, 3)];
        var fused = NumericGradient.Of(inputs, t => [Ops.Conv(t[0], t[1], bias: t[2], relu: true)]);
        var separate = NumericGradient.Of(inputs, t => [Ops.Relu(Ops.Conv(t[0], t[1]) + t[2])]);
        for (var i = 0; i < inputs.Length; i++) Golden.AssertClose(separate[i]!.AsSpan(), fused[i]!.AsSpan(), 1e-5, $"gradient {i}");
    }

    [Fact]
    public void MaxPool_EqualNumbers_GiveTheGradientToTheFirst()
    {
        var x = Tensor.From([3f, 3, 1, 3, 2, 2], [1, 6, 1]);
        using var tape = new GradientTape();
        tape.Watch(x);
        var y = Ops.MaxPool(x, 3, 1);
        Assert.Equal([3f, 3, 3, 3], y.ToArray());
        Assert.Equal([1f, 1, 0, 2, 0, 0], tape.Gradient(y, x)!.ToArray());
    }

    [Fact]
    public void MaxPool_NotANumber_IsTheLargest() =>
        Assert.Equal([float.NaN, 2f], Ops.MaxPool(Tensor.From([1f, float.NaN, 2, 1], [1, 4, 1]), 2).ToArray());

    [Fact]
    public void Conv_BadShapes_AreNamed()
    {
        var x = Tensor.Ones([1, 5, 5, 4]);
        AssertSays("Received: x (1, 5, 5, 4), kernel (3, 3, 3, 2), bias none.", () => Ops.Conv(x, Tensor.Ones([3, 3, 3, 2])));
        AssertSays("Received: x (1, 5, 5, 4), kernel (3, 3, 2, 3), bias none.", () => Ops.Conv(x, Tensor.Ones([3, 3, 2, 3])));
        AssertSays("Received: x (1, 5, 5, 4), kernel (3, 4, 2), bias none.", () => Ops.Conv(x, Tensor.Ones([3, 4, 2])));
        AssertSays("bias (3,).", () => Ops.Conv(x, Tensor.Ones([3, 3, 4, 2]), bias: Tensor.Ones([3])));
        AssertSays("Received: size 6, dilation 1 on axis 1 of shape (1, 5, 5, 4).", () => Ops.Conv(x, Tensor.Ones([6, 3, 4, 2])));
        AssertSays("strides must be an integer, 1 or more, or 2 of them. Received: 0.", () => Ops.Conv(x, Tensor.Ones([3, 3, 4, 2]), 0));
        AssertSays("strides must be an integer, 1 or more, or 2 of them. Received: (1, 1, 1).", () => Ops.Conv(x, Tensor.Ones([3, 3, 4, 2]), (1, 1, 1)));
        AssertSays("padding must be 'valid', 'same' or 'causal'. Received: 'full'.", () => Ops.Conv(x, Tensor.Ones([3, 3, 4, 2]), padding: "full"));
        AssertSays("kernel (3, 3, 2, 3), bias none.", () => Ops.ConvTranspose(x, Tensor.Ones([3, 3, 2, 3])));
        AssertSays("kernel (3, 3, 3, 1).", () => Ops.DepthwiseConv(x, Tensor.Ones([3, 3, 3, 1])));
        AssertSays("Received shape (2, 3).", () => Ops.MaxPool(Tensor.Ones([2, 3]), 2));
        AssertSays("Received: size 7, dilation 1", () => Ops.AveragePool(x, 7));
    }

    private static void AssertSays(string part, Func<object> action) =>
        Assert.Contains(part, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);

    // By the definition, in double.
    private static (float[] Y, float[] DX, float[] DK) Direct(Tensor x, Tensor kernel, Tensor g, PerAxis strides, string padding, PerAxis dilation)
    {
        var (xs, ks, gs) = (Planes(x.Shape), Planes(kernel.Shape, kernel: true), Planes(g.Shape));
        var (s, d) = (Pair(strides), Pair(dilation));
        int Before(int axis) => padding switch
        {
            "causal" => (ks[axis] - 1) * d[axis],
            "same" => Math.Max(0, (gs[axis + 1] - 1) * s[axis] + (ks[axis] - 1) * d[axis] + 1 - xs[axis + 1]) / 2,
            _ => 0,
        };
        var (top, left) = (xs[1] == 1 ? 0 : Before(0), Before(1));
        var (channels, filters) = (ks[2], ks[3]);
        var perGroup = filters / (xs[3] / channels);
        var (y, dx, dk) = (new double[g.Length], new double[x.Length], new double[kernel.Length]);
        var (px, pk, pg) = (x.ToArray(), kernel.ToArray(), g.ToArray());
        for (var o = 0; o < g.Length; o++)
        {
            var (f, ox, oy, n) = (o % filters, o / filters % gs[2], o / filters / gs[2] % gs[1], o / filters / gs[2] / gs[1]);
            for (var ky = 0; ky < ks[0]; ky++)
            {
                for (var kx = 0; kx < ks[1]; kx++)
                {
                    var (iy, ix) = (oy * s[0] - top + ky * d[0], ox * s[1] - left + kx * d[1]);
                    if (iy < 0 || iy >= xs[1] || ix < 0 || ix >= xs[2]) continue;
                    for (var c = 0; c < channels; c++)
                    {
                        var i = ((n * xs[1] + iy) * xs[2] + ix) * xs[3] + f / perGroup * channels + c;
                        var k = ((ky * ks[1] + kx) * channels + c) * filters + f;
                        y[o] += (double)px[i] * pk[k];
                        dx[i] += (double)pg[o] * pk[k];
                        dk[k] += (double)pg[o] * px[i];
                    }
                }
            }
        }

        return (Array.ConvertAll(y, v => (float)v), Array.ConvertAll(dx, v => (float)v), Array.ConvertAll(dk, v => (float)v));
    }

    // A shape of one spatial axis as one of two.
    private static int[] Planes(Shape shape, bool kernel = false) =>
        shape.Rank == 4 ? shape.ToArray() : kernel ? [1, shape[0], shape[1], shape[2]] : [shape[0], 1, shape[1], shape[2]];

    private static int[] Pair(PerAxis numbers) => numbers.Count == 2 ? [numbers[0], numbers[1]] : [numbers[0], numbers[0]];
}
