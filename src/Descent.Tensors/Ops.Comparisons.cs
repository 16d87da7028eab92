using System.Numerics;
using Descent.Kernels;

namespace Descent;

public static partial class Ops
{
    // Comparisons and masks have no gradient.

    /// <summary>Where two tensors are equal, as a bool tensor; a NaN equals nothing.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="y">Another tensor; broadcast. Operands of different types are compared as float32.</param>
    public static Tensor Equal(Tensor x, Tensor y) => Compare(x, y, new EqualTo());

    private readonly struct EqualTo : IComparison
    {
        public bool Apply<T>(T x, T y) where T : unmanaged, INumber<T> => x == y;
    }

    /// <summary>Where two tensors differ, as a bool tensor; a NaN differs from everything.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="y">Another tensor; broadcast. Operands of different types are compared as float32.</param>
    public static Tensor NotEqual(Tensor x, Tensor y) => Compare(x, y, new NotEqualTo());

    private readonly struct NotEqualTo : IComparison
    {
        public bool Apply<T>(T x, T y) where T : unmanaged, INumber<T> => x != y;
    }

    /// <summary>Where <c>x &gt; y</c>, as a bool tensor.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="y">Another tensor; broadcast. Operands of different types are compared as float32.</param>
    public static Tensor Greater(Tensor x, Tensor y) => Compare(x, y, new GreaterThan());

    private readonly struct GreaterThan : IComparison
    {
        public bool Apply<T>(T x, T y) where T : unmanaged, INumber<T> => x > y;
    }

    /// <summary>Where <c>x ≥ y</c>, as a bool tensor.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="y">Another tensor; broadcast. Operands of different types are compared as float32.</param>
    public static Tensor GreaterEqual(Tensor x, Tensor y) => Compare(x, y, new GreaterThanOrEqualTo());

    private readonly struct GreaterThanOrEqualTo : IComparison
    {
        public bool Apply<T>(T x, T y) where T : unmanaged, INumber<T> => x >= y;
    }

    /// <summary>Where <c>x &lt; y</c>, as a bool tensor.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="y">Another tensor; broadcast. Operands of different types are compared as float32.</param>
    public static Tensor Less(Tensor x, Tensor y) => Greater(y, x);

    /// <summary>Where <c>x ≤ y</c>, as a bool tensor.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="y">Another tensor; broadcast. Operands of different types are compared as float32.</param>
    public static Tensor LessEqual(Tensor x, Tensor y) => GreaterEqual(y, x);

    /// <summary>Where both masks are true.</summary>
    /// <param name="x">A bool tensor.</param>
    /// <param name="y">Another; broadcast.</param>
    public static Tensor LogicalAnd(Tensor x, Tensor y) => Compare(Mask(x), Mask(y), new And());

    private readonly struct And : IComparison
    {
        public bool Apply<T>(T x, T y) where T : unmanaged, INumber<T> => x * y != T.Zero;
    }

    /// <summary>Where at least one of two masks is true.</summary>
    /// <param name="x">A bool tensor.</param>
    /// <param name="y">Another; broadcast.</param>
    public static Tensor LogicalOr(Tensor x, Tensor y) => Compare(Mask(x), Mask(y), new Or());

    private readonly struct Or : IComparison
    {
        public bool Apply<T>(T x, T y) where T : unmanaged, INumber<T> => x + y != T.Zero;
    }

    /// <summary>Where a mask is false.</summary>
    /// <param name="x">A bool tensor.</param>
    public static Tensor LogicalNot(Tensor x) => Equal(Mask(x), False);

    /// <summary>Where a float32 tensor holds NaN, as a bool tensor.</summary>
    /// <param name="x">A float32 tensor.</param>
    public static Tensor IsNaN(Tensor x) => NotEqual(x, x);

    /// <summary>Where a float32 tensor holds neither NaN nor an infinity, as a bool tensor.</summary>
    /// <param name="x">A float32 tensor.</param>
    public static Tensor IsFinite(Tensor x) => Less(Map(x, new AbsFunction()), float.PositiveInfinity);

    /// <summary>Whether a mask is true everywhere along axes.</summary>
    /// <param name="x">A bool tensor.</param>
    /// <param name="axes">The axes to reduce, also negative; all when absent.</param>
    /// <param name="keepDimensions">Whether reduced axes stay, with size 1.</param>
    public static Tensor All(Tensor x, int[]? axes = null, bool keepDimensions = false) => Greater(Min(Cast(Mask(x), DType.Float32), axes, keepDimensions), 0f);

    /// <summary>Whether a mask is true anywhere along axes.</summary>
    /// <param name="x">A bool tensor.</param>
    /// <param name="axes">The axes to reduce, also negative; all when absent.</param>
    /// <param name="keepDimensions">Whether reduced axes stay, with size 1.</param>
    public static Tensor Any(Tensor x, int[]? axes = null, bool keepDimensions = false) => Greater(Max(Cast(Mask(x), DType.Float32), axes, keepDimensions), 0f);

    private static Tensor False => Tensor.From([false], Shape.Scalar);

    private static Tensor Mask(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.DType != DType.Bool)
            throw new ArgumentException($"A mask must be a bool tensor. Received: {x.DType.KerasName()}; compare it with something.", nameof(x));
        return x;
    }

    private interface IComparison
    {
        bool Apply<T>(T x, T y) where T : unmanaged, INumber<T>;
    }

    private static Tensor Compare<C>(Tensor x, Tensor y, C comparison) where C : struct, IComparison
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (x.DType != y.DType) (x, y) = (Cast(x, DType.Float32), Cast(y, DType.Float32));
        return x.DType switch
        {
            DType.Float32 => Compare<float, C>(x, y, comparison),
            DType.Int32 => Compare<int, C>(x, y, comparison),
            _ => Compare<byte, C>(x, y, comparison),
        };
    }

    private static unsafe Tensor Compare<T, C>(Tensor x, Tensor y, C comparison) where T : unmanaged, INumber<T> where C : struct, IComparison
    {
        var result = Tensor.New(Shape.Broadcast(x.Shape, y.Shape), DType.Bool);
        if (result.Length == 0) return result;
        fixed (float* px = x.Cells, py = y.Cells)
        fixed (bool* pz = result.Bools)
            new Broadcasting(x.Shape, y.Shape, result.Shape).Run(new CompareRun<T, C>((T*)px, (T*)py, pz, comparison));
        return result;
    }

    private readonly unsafe struct CompareRun<T, C>(T* x, T* y, bool* z, C comparison) : IBroadcastRun
        where T : unmanaged, INumber<T> where C : struct, IComparison
    {
        public void Run(int xStart, int xStep, int yStart, int yStep, int start, int length)
        {
            for (var i = 0; i < length; i++)
                z[start + i] = comparison.Apply(x[xStart + i * xStep], y[yStart + i * yStep]);
        }
    }
}
