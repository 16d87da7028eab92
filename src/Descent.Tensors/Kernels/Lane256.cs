using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Descent.Kernels;

namespace Descent;

/// <summary>Eight values: AVX2.</summary>
internal readonly struct Lane256(Vector256<float> value) : ILane<Lane256>
{
    private readonly Vector256<float> _value = value;

    public static int Count => 8;

    public static Lane256 Create(float value) => new(Vector256.Create(value));

    public static unsafe Lane256 Load(float* source) => new(Vector256.Load(source));

    public unsafe void Store(float* destination) => _value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Lane256 LoadFirst(float* source, int count) => new(Avx.MaskLoad(source, First(count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void StoreFirst(float* destination, int count) => Avx.MaskStore(destination, First(count), _value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> First(int count) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 operator +(Lane256 left, Lane256 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 operator -(Lane256 left, Lane256 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 operator *(Lane256 left, Lane256 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 operator /(Lane256 left, Lane256 right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 operator -(Lane256 value) => new(-value._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 Sqrt(Lane256 x) => new(Vector256.Sqrt(x._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 Abs(Lane256 x) => new(Vector256.Abs(x._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 Max(Lane256 x, Lane256 y) => new(Vector256.Max(x._value, y._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 Min(Lane256 x, Lane256 y) => new(Vector256.Min(x._value, y._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 Floor(Lane256 x) => new(Vector256.Floor(x._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 GreaterThan(Lane256 x, Lane256 y) => new(Vector256.GreaterThan(x._value, y._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 GreaterThanOrEqual(Lane256 x, Lane256 y) => new(Vector256.GreaterThanOrEqual(x._value, y._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 Equal(Lane256 x, Lane256 y) => new(Vector256.Equals(x._value, y._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 Select(Lane256 mask, Lane256 whenTrue, Lane256 whenFalse) =>
        new(Vector256.ConditionalSelect(mask._value, whenTrue._value, whenFalse._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 CopySign(Lane256 x, Lane256 sign) =>
        new(Vector256.ConditionalSelect(Vector256.Create(-0f), sign._value, x._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 PowerOfTwo(Lane256 exponent) =>
        new(((Vector256.Create(ScalarLane.ExponentShift) + exponent._value).AsInt32() << 23).AsSingle());

    // Two factors, because 2^exponent alone can leave the normal range.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 Scale(Lane256 x, Lane256 exponent)
    {
        var half = Floor(exponent * Create(0.5f));
        return x * PowerOfTwo(half) * PowerOfTwo(exponent - half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane256 Split(Lane256 x, out Lane256 exponent)
    {
        var subnormal = Vector256.LessThan(x._value, Vector256.Create(ScalarLane.SmallestNormal));
        var bits = Vector256.ConditionalSelect(subnormal, x._value * ScalarLane.SubnormalScale, x._value).AsInt32();
        var e = Vector256.ConvertToSingle((bits >> 23) - Vector256.Create(126)) - (subnormal & Vector256.Create(ScalarLane.SubnormalShift));
        e = Vector256.ConditionalSelect(Vector256.Equals(x._value, Vector256<float>.Zero), Vector256.Create(float.NegativeInfinity), e);
        exponent = new(Vector256.ConditionalSelect(Vector256.Equals(x._value, Vector256.Create(float.PositiveInfinity)), x._value, e));
        return new(((bits & Vector256.Create(0x007fffff)) | Vector256.Create(0x3f000000)).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Lane256 LoadMask(bool* source) =>
        new(~Vector256.Equals(Avx2.ConvertToVector256Int32((byte*)source), Vector256<int>.Zero).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Fold<R>(R reducer) where R : struct, IReducer =>
        reducer.Combine(new Lane128(_value.GetLower()), new Lane128(_value.GetUpper())).Fold(reducer);
}
