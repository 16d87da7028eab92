using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Descent.Kernels;

namespace Descent;

/// <summary>Four values: SSE and Arm NEON.</summary>
internal readonly struct Lane128(Vector128<float> value) : ILane<Lane128>
{
    private readonly Vector128<float> _value = value;

    public static int Count => 4;

    public static Lane128 Create(float value) => new(Vector128.Create(value));

    public static unsafe Lane128 Load(float* source) => new(Vector128.Load(source));

    public unsafe void Store(float* destination) => _value.Store(destination);

    // Neither SSE nor NEON has masked loads.
    public static unsafe Lane128 LoadFirst(float* source, int count) =>
        new(Vector128.Create(source[0], count > 1 ? source[1] : 0, count > 2 ? source[2] : 0, 0));

    public unsafe void StoreFirst(float* destination, int count)
    {
        for (var i = 0; i < count; i++) destination[i] = _value[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128 operator +(Lane128 left, Lane128 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128 operator -(Lane128 left, Lane128 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128 operator *(Lane128 left, Lane128 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128 operator /(Lane128 left, Lane128 right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128 operator -(Lane128 value) => new(-value._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128 Sqrt(Lane128 x) => new(Vector128.Sqrt(x._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128 Abs(Lane128 x) => new(Vector128.Abs(x._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128 Max(Lane128 x, Lane128 y) => new(Vector128.Max(x._value, y._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128 Min(Lane128 x, Lane128 y) => new(Vector128.Min(x._value, y._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128 Floor(Lane128 x) => new(Vector128.Floor(x._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128 GreaterThan(Lane128 x, Lane128 y) => new(Vector128.GreaterThan(x._value, y._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128 GreaterThanOrEqual(Lane128 x, Lane128 y) => new(Vector128.GreaterThanOrEqual(x._value, y._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128 Equal(Lane128 x, Lane128 y) => new(Vector128.Equals(x._value, y._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128 Select(Lane128 mask, Lane128 whenTrue, Lane128 whenFalse) =>
        new(Vector128.ConditionalSelect(mask._value, whenTrue._value, whenFalse._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128 CopySign(Lane128 x, Lane128 sign) =>
        new(Vector128.ConditionalSelect(Vector128.Create(-0f), sign._value, x._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128 PowerOfTwo(Lane128 exponent) =>
        new(((Vector128.Create(ScalarLane.ExponentShift) + exponent._value).AsInt32() << 23).AsSingle());

    // Two factors, because 2^exponent alone can leave the normal range.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128 Scale(Lane128 x, Lane128 exponent)
    {
        var half = Floor(exponent * Create(0.5f));
        return x * PowerOfTwo(half) * PowerOfTwo(exponent - half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128 Split(Lane128 x, out Lane128 exponent)
    {
        var subnormal = Vector128.LessThan(x._value, Vector128.Create(ScalarLane.SmallestNormal));
        var bits = Vector128.ConditionalSelect(subnormal, x._value * ScalarLane.SubnormalScale, x._value).AsInt32();
        var e = Vector128.ConvertToSingle((bits >> 23) - Vector128.Create(126)) - (subnormal & Vector128.Create(ScalarLane.SubnormalShift));
        e = Vector128.ConditionalSelect(Vector128.Equals(x._value, Vector128<float>.Zero), Vector128.Create(float.NegativeInfinity), e);
        exponent = new(Vector128.ConditionalSelect(Vector128.Equals(x._value, Vector128.Create(float.PositiveInfinity)), x._value, e));
        return new(((bits & Vector128.Create(0x007fffff)) | Vector128.Create(0x3f000000)).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Lane128 LoadMask(bool* source) =>
        new(~Vector128.Equals(Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(uint*)source).AsByte())).AsInt32(), Vector128<int>.Zero).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Fold<R>(R reducer) where R : struct, IReducer
    {
        var pair = reducer.Combine(this, new Lane128(Vector128.Shuffle(_value, Vector128.Create(2, 3, 0, 1))));
        return reducer.Combine(pair, new Lane128(Vector128.Shuffle(pair._value, Vector128.Create(1, 0, 3, 2))))._value.ToScalar();
    }
}
