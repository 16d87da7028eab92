using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
        new(((Vector128.ConvertToInt32(exponent._value) + Vector128.Create(127)) << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane128 Split(Lane128 x, out Lane128 exponent)
    {
        var bits = x._value.AsInt32();
        exponent = new(Vector128.ConvertToSingle((bits >> 23) - Vector128.Create(126)));
        return new(((bits & Vector128.Create(0x007fffff)) | Vector128.Create(0x3f000000)).AsSingle());
    }
}
