using Descent.Kernels;

namespace Descent;

public static partial class Ops
{
    /// <summary>The larger of two values, NaN if either is; where they are equal each gets half of the gradient.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="y">Another tensor; broadcast.</param>
    public static Tensor Maximum(Tensor x, Tensor y) =>
        Record(Zip(x, y, new MaximumFunction()), x, static n => n.Gradient * Share(n.X, n.Y), y, static n => n.Gradient * Share(n.Y, n.X));

    private readonly struct MaximumFunction : IBinaryFunction
    {
        public L Apply<L>(L x, L y) where L : struct, ILane<L> => L.Max(x, y);
    }

    /// <summary>The smaller of two values, NaN if either is; where they are equal each gets half of the gradient.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="y">Another tensor; broadcast.</param>
    public static Tensor Minimum(Tensor x, Tensor y) =>
        Record(Zip(x, y, new MinimumFunction()), x, static n => n.Gradient * Share(n.Y, n.X), y, static n => n.Gradient * Share(n.X, n.Y));

    private readonly struct MinimumFunction : IBinaryFunction
    {
        public L Apply<L>(L x, L y) where L : struct, ILane<L> => L.Min(x, y);
    }

    // 1 where x is larger, 0 where y is, a half where they are equal.
    private static Tensor Share(Tensor x, Tensor y) => Zip(x, y, new ShareFunction());

    private readonly struct ShareFunction : IBinaryFunction
    {
        public L Apply<L>(L x, L y) where L : struct, ILane<L> =>
            L.Select(L.Equal(x, y), L.Create(0.5f), L.Select(L.GreaterThan(x, y), L.Create(1f), L.Create(0f)));
    }

    /// <summary>Limits values to a range; the gradient is 1 inside it, ends included, and 0 outside.</summary>
    /// <param name="x">A tensor of any shape.</param>
    /// <param name="minimum">The lower end.</param>
    /// <param name="maximum">The upper end, not below <paramref name="minimum"/>.</param>
    /// <exception cref="ArgumentException">The ends are swapped.</exception>
    public static Tensor Clip(Tensor x, float minimum, float maximum)
    {
        if (!(minimum <= maximum))
            throw new ArgumentException(FormattableString.Invariant($"Clip needs minimum <= maximum. Received: minimum={minimum}, maximum={maximum}."));
        return Record(Map(x, new ClipFunction(minimum, maximum)), x, n => n.Gradient * Map(n.X, new WithinFunction(minimum, maximum)));
    }

    private readonly struct ClipFunction(float minimum, float maximum) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => L.Min(L.Max(x, L.Create(minimum)), L.Create(maximum));
    }

    // 1 inside the range, 0 outside.
    private readonly struct WithinFunction(float minimum, float maximum) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> =>
            L.Select(L.GreaterThanOrEqual(x, L.Create(minimum)), L.Select(L.GreaterThanOrEqual(L.Create(maximum), x), L.Create(1f), L.Create(0f)), L.Create(0f));
    }
}
