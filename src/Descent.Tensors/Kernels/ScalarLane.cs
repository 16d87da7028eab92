using System.Runtime.CompilerServices;
using Descent.Kernels;

namespace Descent;

/// <summary>One value: the tail of every loop, and the whole of it where there is no SIMD.</summary>
internal readonly struct ScalarLane(float value) : ILane<ScalarLane>
{
    /// <summary>Added to an integral exponent, it leaves the exponent's bits, biased, in the lowest bits of the sum.</summary>
    public const float ExponentShift = (1 << 23) + 127;

    /// <summary>Below it values are subnormal; a scale that makes them normal, and what that adds to their exponents.</summary>
    public const float SmallestNormal = 1.17549435e-38f;

    /// <inheritdoc cref="SmallestNormal"/>
    public const float SubnormalScale = 1 << 25;

    /// <inheritdoc cref="SmallestNormal"/>
    public const float SubnormalShift = 25f;

    private readonly float _value = value;

    public static int Count => 1;

    public static ScalarLane Create(float value) => new(value);

    public static unsafe ScalarLane Load(float* source) => new(*source);

    public unsafe void Store(float* destination) => *destination = _value;

    // A part of one value is none of it; nobody asks.
    public static unsafe ScalarLane LoadFirst(float* source, int count) => default;

    public unsafe void StoreFirst(float* destination, int count)
    {
    }

    public static ScalarLane operator +(ScalarLane left, ScalarLane right) => new(left._value + right._value);

    public static ScalarLane operator -(ScalarLane left, ScalarLane right) => new(left._value - right._value);

    public static ScalarLane operator *(ScalarLane left, ScalarLane right) => new(left._value * right._value);

    public static ScalarLane operator /(ScalarLane left, ScalarLane right) => new(left._value / right._value);

    public static ScalarLane operator -(ScalarLane value) => new(-value._value);

    public static ScalarLane Sqrt(ScalarLane x) => new(MathF.Sqrt(x._value));

    public static ScalarLane Abs(ScalarLane x) => new(MathF.Abs(x._value));

    public static ScalarLane Max(ScalarLane x, ScalarLane y) => new(MathF.Max(x._value, y._value));

    public static ScalarLane Min(ScalarLane x, ScalarLane y) => new(MathF.Min(x._value, y._value));

    public static ScalarLane Floor(ScalarLane x) => new(MathF.Floor(x._value));

    public static ScalarLane GreaterThan(ScalarLane x, ScalarLane y) => Mask(x._value > y._value);

    public static ScalarLane GreaterThanOrEqual(ScalarLane x, ScalarLane y) => Mask(x._value >= y._value);

    public static ScalarLane Equal(ScalarLane x, ScalarLane y) => Mask(x._value == y._value);

    public static ScalarLane Select(ScalarLane mask, ScalarLane whenTrue, ScalarLane whenFalse) =>
        BitConverter.SingleToInt32Bits(mask._value) != 0 ? whenTrue : whenFalse;

    public static ScalarLane CopySign(ScalarLane x, ScalarLane sign) => new(MathF.CopySign(x._value, sign._value));

    public static ScalarLane PowerOfTwo(ScalarLane exponent) => new(BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(ExponentShift + exponent._value) << 23));

    public static ScalarLane Scale(ScalarLane x, ScalarLane exponent)
    {
        var half = Floor(exponent * Create(0.5f));
        return x * PowerOfTwo(half) * PowerOfTwo(exponent - half);
    }

    public static ScalarLane Split(ScalarLane x, out ScalarLane exponent)
    {
        var subnormal = x._value < SmallestNormal;
        var bits = BitConverter.SingleToInt32Bits(subnormal ? x._value * SubnormalScale : x._value);
        var e = (bits >> 23) - 126 - (subnormal ? SubnormalShift : 0f);
        exponent = new(x._value == 0f ? float.NegativeInfinity : float.IsPositiveInfinity(x._value) ? x._value : e);
        return new(BitConverter.Int32BitsToSingle((bits & 0x007fffff) | 0x3f000000));
    }

    public static unsafe ScalarLane LoadMask(bool* source) => Mask(*source);

    public float Fold<R>(R reducer) where R : struct, IReducer => _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ScalarLane Mask(bool value) => new(BitConverter.Int32BitsToSingle(value ? -1 : 0));
}
