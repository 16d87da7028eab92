using Descent.Kernels;

namespace Descent;

/// <summary>
/// Operations on tensors. Operands broadcast by NumPy's rule; every operation on float32 has a gradient unless its summary
/// says otherwise.
/// </summary>
public static partial class Ops
{
    private static unsafe Tensor Map<F>(Tensor x, F f) where F : struct, IUnaryFunction
    {
        ArgumentNullException.ThrowIfNull(x);
        var result = Tensor.New(x.Shape);
        fixed (float* px = x.Floats, py = result.Floats)
            Elementwise.Map(px, py, x.Length, f);
        return result;
    }

    private static unsafe Tensor Zip<F>(Tensor x, Tensor y, F f) where F : struct, IBinaryFunction
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var shape = Shape.Broadcast(x.Shape, y.Shape);
        var result = Tensor.New(shape);
        if (result.Length == 0) return result;
        fixed (float* px = x.Floats, py = y.Floats, pz = result.Floats)
        {
            if (x.Length == y.Length && x.Length == result.Length) Elementwise.Zip(px, 1, py, 1, pz, result.Length, f);
            else if (y.Length == 1) Elementwise.Zip(px, 1, py, 0, pz, result.Length, f);
            else if (x.Length == 1) Elementwise.Zip(px, 0, py, 1, pz, result.Length, f);
            else new Broadcasting(x.Shape, y.Shape, shape).Zip(px, py, pz, f);
        }

        return result;
    }
}
