using System.Runtime.CompilerServices;

namespace Descent.Kernels;

/// <summary>
/// Elementary functions over lanes: polynomials after Cephes (Moshier), built from exactly rounded operations alone,
/// so that every width gives the same bits. The tests measure their errors over all exponents: at most 1 ulp for Exp and Log, 1.5 for Tanh
/// and Erf, 2 for ExpMinusOne, LogOnePlus and Softplus, 2.5 for Sigmoid.
/// </summary>
/// <remarks>
/// The longest functions are calls of their own: inlined into a loop they would use up the compiler's budget, and it would then call
/// every single addition (six times slower, measured). One call for a whole lane costs little.
/// </remarks>
internal static class LaneMath
{
    // ln 2 in two parts: the first has few enough bits for exact products with exponents.
    private const float Ln2High = 0.693115234375f;
    private const float Ln2Low = 3.19461848e-5f;

    /// <summary>-1, 0 or 1; a NaN stays one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Sign<L>(L x) where L : struct, ILane<L>
    {
        var zero = L.Create(0f);
        return L.Select(L.GreaterThan(x, zero), L.Create(1f), L.Select(L.GreaterThan(zero, x), L.Create(-1f), x));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Exp<L>(L x) where L : struct, ILane<L>
    {
        // Further out results are 0 and infinite.
        var r = Reduce(x, -104f, out var n);
        return L.Scale(ExpTail(r) + L.Create(1f), n);
    }

    /// <summary>exp(x) - 1 without cancellation near zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L ExpMinusOne<L>(L x) where L : struct, ILane<L>
    {
        // 2^n (tail + 1) - 1 = 2^n (tail + (1 - 2^-n)). From n = 25 on 2^-n no longer counts, from x = -30 down the rest.
        var r = Reduce(x, -30f, out var n);
        return L.Scale(ExpTail(r) + (L.Create(1f) - L.PowerOfTwo(-L.Min(n, L.Create(100f)))), n);
    }

    // x = n ln 2 + r with an integral n and |r| <= ln 2 / 2, after x is limited to a range; a NaN stays one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static L Reduce<L>(L x, float low, out L n) where L : struct, ILane<L>
    {
        const float High = 89f; // beyond it exponentials are infinite
        x = L.Select(L.GreaterThan(x, L.Create(High)), L.Create(High), x);
        x = L.Select(L.GreaterThan(L.Create(low), x), L.Create(low), x);
        n = L.Floor(x * L.Create(1.44269504f) + L.Create(0.5f));
        return x - n * L.Create(Ln2High) - n * L.Create(Ln2Low);
    }

    // exp(r) - 1 for |r| <= ln 2 / 2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static L ExpTail<L>(L r) where L : struct, ILane<L>
    {
        var y = L.Create(1.9875691500e-4f);
        y = y * r + L.Create(1.3981999507e-3f);
        y = y * r + L.Create(8.3334519073e-3f);
        y = y * r + L.Create(4.1665795894e-2f);
        y = y * r + L.Create(1.6666665459e-1f);
        y = y * r + L.Create(5.0000001201e-1f);
        return y * (r * r) + r;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static L Log<L>(L x) where L : struct, ILane<L> => LogInLoop(x);

    /// <summary><see cref="Log"/> for a loop that does nothing else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L LogInLoop<L>(L x) where L : struct, ILane<L>
    {
        var m = L.Split(x, out var e);
        var low = L.GreaterThan(L.Create(0.707106781f), m);
        e -= L.Select(low, L.Create(1f), L.Create(0f));
        m = L.Select(low, m + m, m) - L.Create(1f);

        var z = m * m;
        var y = L.Create(7.0376836292e-2f);
        y = y * m + L.Create(-1.1514610310e-1f);
        y = y * m + L.Create(1.1676998740e-1f);
        y = y * m + L.Create(-1.2420140846e-1f);
        y = y * m + L.Create(1.4249322787e-1f);
        y = y * m + L.Create(-1.6668057665e-1f);
        y = y * m + L.Create(2.0000714765e-1f);
        y = y * m + L.Create(-2.4999993993e-1f);
        y = y * m + L.Create(3.3333331174e-1f);
        y = y * m * z + e * L.Create(Ln2Low) - z * L.Create(0.5f);
        var result = m + y + e * L.Create(Ln2High);

        // The exponents of 0 and infinity have made them infinite.
        return L.Select(L.GreaterThanOrEqual(x, L.Create(0f)), result, L.Create(float.NaN));
    }

    /// <summary>log(1 + x) without loss near zero: what rounding takes from 1 + x comes back as the first term of the series.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L LogOnePlus<L>(L x) where L : struct, ILane<L>
    {
        var one = L.Create(1f);
        var u = x + one;
        var log = Log(u);
        var corrected = L.Select(L.GreaterThan(L.Create(float.PositiveInfinity), L.Abs(log)), log + (x - (u - one)) / u, log);
        return L.Select(L.Equal(u, one), x, corrected);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Tanh<L>(L x) where L : struct, ILane<L>
    {
        var a = L.Abs(x);
        var z = x * x;
        var y = L.Create(-5.70498872745e-3f);
        y = y * z + L.Create(2.06390887954e-2f);
        y = y * z + L.Create(-5.37397155531e-2f);
        y = y * z + L.Create(1.33314422036e-1f);
        y = y * z + L.Create(-3.33332819422e-1f);
        var small = y * z * x + x;
        var large = L.Create(1f) - L.Create(2f) / (Exp(a + a) + L.Create(1f));
        return L.Select(L.GreaterThan(L.Create(0.625f), a), small, L.CopySign(large, x));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Sigmoid<L>(L x) where L : struct, ILane<L>
    {
        var e = Exp(-L.Abs(x));
        var one = L.Create(1f);
        return L.Select(L.GreaterThan(L.Create(0f), x), e, one) / (e + one);
    }

    /// <summary>log(1 + exp(x)) without overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Softplus<L>(L x) where L : struct, ILane<L> =>
        L.Max(x, L.Create(0f)) + LogOnePlus(Exp(-L.Abs(x)));

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static L Erf<L>(L x) where L : struct, ILane<L>
    {
        var z = x * x;
        var small = L.Create(7.853861353153693e-5f);
        small = small * z + L.Create(-8.010193625184903e-4f);
        small = small * z + L.Create(5.188327685732524e-3f);
        small = small * z + L.Create(-2.685381193529856e-2f);
        small = small * z + L.Create(1.128358514861418e-1f);
        small = small * z + L.Create(-3.761262582423300e-1f);
        small = small * z + L.Create(0.128379165726710f); // 2/√π - 1: x itself is added last, exactly
        small = small * x + x;

        var a = L.Abs(x);
        var q = L.Create(1f) / a;
        var w = q * q;
        var near = L.Create(2.326819970068386e-2f);
        near = near * w + L.Create(-1.387039388740657e-1f);
        near = near * w + L.Create(3.687424674597105e-1f);
        near = near * w + L.Create(-5.824733027278666e-1f);
        near = near * w + L.Create(6.210004621745983e-1f);
        near = near * w + L.Create(-4.944515323274145e-1f);
        near = near * w + L.Create(3.404879937665872e-1f);
        near = near * w + L.Create(-2.741127028184656e-1f);
        near = near * w + L.Create(5.638259427386472e-1f);
        var far = L.Create(-1.047766399936249e+1f);
        far = far * w + L.Create(1.297719955372516e+1f);
        far = far * w + L.Create(-7.495518717768503f);
        far = far * w + L.Create(2.921019019210786f);
        far = far * w + L.Create(-1.015265279202700f);
        far = far * w + L.Create(4.218463358204948e-1f);
        far = far * w + L.Create(-2.820767439740514e-1f);
        far = far * w + L.Create(5.641895067754075e-1f);
        var tail = L.Select(L.GreaterThan(L.Create(2f), a), near, far);
        var large = L.Create(1f) - Exp(-z) * q * tail;
        return L.Select(L.GreaterThan(L.Create(1f), a), small, L.CopySign(large, x));
    }
}
