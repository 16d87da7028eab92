using System.Runtime.CompilerServices;

namespace Descent;

/// <summary>One value: the tail of every loop, and the whole of it where there is no SIMD.</summary>
internal readonly struct ScalarLane(float value) : ILane<ScalarLane>
{
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

    public static ScalarLane PowerOfTwo(ScalarLane exponent) => new(BitConverter.Int32BitsToSingle(((int)exponent._value + 127) << 23));

    public static ScalarLane Split(ScalarLane x, out ScalarLane exponent)
    {
        var bits = BitConverter.SingleToInt32Bits(x._value);
        exponent = new((bits >> 23) - 126);
        return new(BitConverter.Int32BitsToSingle((bits & 0x007fffff) | 0x3f000000));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ScalarLane Mask(bool value) => new(BitConverter.Int32BitsToSingle(value ? -1 : 0));
}
