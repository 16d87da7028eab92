using Descent.Kernels;

namespace Descent;

public static partial class Ops
{
    /// <summary>Combines integers element by element, as a graph does that counts; what does not fit into 32 bits wraps around. It has no gradient.</summary>
    /// <param name="x">An int32 or bool tensor.</param>
    /// <param name="y">Another; broadcast.</param>
    /// <param name="combine">What becomes of two of them.</param>
    internal static unsafe Tensor ZipIntegers(Tensor x, Tensor y, Func<int, int, int> combine)
    {
        (x, y) = (Cast(x, DType.Int32), Cast(y, DType.Int32));
        var result = Tensor.New(Shape.Broadcast(x.Shape, y.Shape), DType.Int32);
        if (result.Length == 0) return result;
        fixed (int* px = x.Ints, py = y.Ints, pz = result.Ints)
            new Broadcasting(x.Shape, y.Shape, result.Shape).Run(new IntegerRun(px, py, pz, combine));
        return result;
    }

    private readonly unsafe struct IntegerRun(int* x, int* y, int* z, Func<int, int, int> combine) : IBroadcastRun
    {
        public void Run(int xStart, int xStep, int yStart, int yStep, int start, int length)
        {
            for (var i = 0; i < length; i++) z[start + i] = combine(x[xStart + i * xStep], y[yStart + i * yStep]);
        }
    }
}
