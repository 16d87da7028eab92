using System.Runtime.CompilerServices;

namespace Descent.Kernels;

/// <summary>
/// Elementary functions over lanes: polynomials after Cephes (Moshier), built from exactly rounded operations alone,
/// so that every width gives the same bits. Errors are measured by the tests: at most 2 ulp for Exp, Log and Tanh, 3 for Sigmoid,
/// Softplus, LogOnePlus and Erf, 4 for ExpMinusOne.
/// </summary>
/// <remarks>
/// The longest functions are calls of their own: inlined into a loop they would use up the compiler's budget, and it would then call
/// every single addition (six times slower, measured). One call for a whole lane costs little.
/// </remarks>
internal static class LaneMath
{
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

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
        x = L.Min(L.Max(x, L.Create(-104f)), L.Create(89f));
        var n = L.Floor(x * L.Create(1.44269504f) + L.Create(0.5f));
        var r = x - n * L.Create(Ln2High) - n * L.Create(Ln2Low);
        var y = ExpTail(r) + L.Create(1f);

        // Two factors, because 2^n alone leaves the normal range for results that are subnormal or infinite.
        var half = L.Floor(n * L.Create(0.5f));
        return y * L.PowerOfTwo(half) * L.PowerOfTwo(n - half);
    }

    /// <summary>exp(x) - 1 without cancellation near zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L ExpMinusOne<L>(L x) where L : struct, ILane<L> =>
        L.Select(L.GreaterThan(L.Create(0.34f), L.Abs(x)), ExpTail(x), Exp(x) - L.Create(1f));

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
    public static L Log<L>(L x) where L : struct, ILane<L>
    {
        var zero = L.Create(0f);
        var subnormal = L.GreaterThan(L.Create(1.17549435e-38f), x);
        var scaled = L.Select(subnormal, x * L.Create(33554432f), x);
        var m = L.Split(scaled, out var e);
        e -= L.Select(subnormal, L.Create(25f), zero);
        var low = L.GreaterThan(L.Create(0.707106781f), m);
        e -= L.Select(low, L.Create(1f), zero);
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

        result = L.Select(L.Equal(x, L.Create(float.PositiveInfinity)), x, result);
        result = L.Select(L.Equal(x, zero), L.Create(float.NegativeInfinity), result);
        return L.Select(L.GreaterThanOrEqual(x, zero), result, L.Create(float.NaN));
    }

    /// <summary>log(1 + x) without loss near zero (Kahan's correction).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L LogOnePlus<L>(L x) where L : struct, ILane<L>
    {
        var one = L.Create(1f);
        var u = x + one;
        var corrected = Log(u) * (x / (u - one));
        corrected = L.Select(L.Equal(u, one), x, corrected);
        return L.Select(L.Equal(x, L.Create(float.PositiveInfinity)), x, corrected);
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
        small = small * z + L.Create(1.128379165726710f);
        small *= x;

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
