using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Descent.Kernels;

/// <summary>
/// What the matrix product asks of a register. Unlike the lanes of the optimizers it may fuse a product and a sum,
/// so results may differ between widths in the last bits (never between numbers of threads).
/// </summary>
internal unsafe interface IGemmVector<V>
    where V : struct, IGemmVector<V>
{
    /// <summary>Floats in a register.</summary>
    static abstract int Width { get; }

    /// <summary>Rows of a tile of C: as many as keep two registers each beside the operands, 6 of 16 registers or 12 of 32.</summary>
    static abstract int TileRows { get; }

    static abstract V Broadcast(float value);
    static abstract V Load(float* source);
    static abstract void Store(V value, float* target);
    static abstract V Add(V left, V right);
    static abstract V Max(V left, V right);

    static abstract float Sum(V value);

    /// <summary>left · right + addend</summary>
    static abstract V MultiplyAdd(V left, V right, V addend);
}

/// <summary>512 bits: 32 registers, a tile of 12 x 32.</summary>
internal readonly unsafe struct GemmVector512(Vector512<float> value) : IGemmVector<GemmVector512>
{
    private readonly Vector512<float> _value = value;

    public static int Width => Vector512<float>.Count;
    public static int TileRows => 12;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GemmVector512 Broadcast(float value) => new(Vector512.Create(value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GemmVector512 Load(float* source) => new(Vector512.Load(source));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(GemmVector512 value, float* target) => value._value.Store(target);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GemmVector512 Add(GemmVector512 left, GemmVector512 right) => new(left._value + right._value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GemmVector512 Max(GemmVector512 left, GemmVector512 right) => new(Vector512.Max(left._value, right._value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(GemmVector512 value) => Vector512.Sum(value._value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GemmVector512 MultiplyAdd(GemmVector512 left, GemmVector512 right, GemmVector512 addend) =>
        new(Vector512.MultiplyAddEstimate(left._value, right._value, addend._value));
}

/// <summary>256 bits: 16 registers, a tile of 6 x 16.</summary>
internal readonly unsafe struct GemmVector256(Vector256<float> value) : IGemmVector<GemmVector256>
{
    private readonly Vector256<float> _value = value;

    public static int Width => Vector256<float>.Count;
    public static int TileRows => 6;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GemmVector256 Broadcast(float value) => new(Vector256.Create(value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GemmVector256 Load(float* source) => new(Vector256.Load(source));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(GemmVector256 value, float* target) => value._value.Store(target);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GemmVector256 Add(GemmVector256 left, GemmVector256 right) => new(left._value + right._value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GemmVector256 Max(GemmVector256 left, GemmVector256 right) => new(Vector256.Max(left._value, right._value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(GemmVector256 value) => Vector256.Sum(value._value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GemmVector256 MultiplyAdd(GemmVector256 left, GemmVector256 right, GemmVector256 addend) =>
        new(Vector256.MultiplyAddEstimate(left._value, right._value, addend._value));
}

/// <summary>128 bits: a tile of 6 x 8.</summary>
internal readonly unsafe struct GemmVector128(Vector128<float> value) : IGemmVector<GemmVector128>
{
    private readonly Vector128<float> _value = value;

    public static int Width => Vector128<float>.Count;
    public static int TileRows => 6;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GemmVector128 Broadcast(float value) => new(Vector128.Create(value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GemmVector128 Load(float* source) => new(Vector128.Load(source));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(GemmVector128 value, float* target) => value._value.Store(target);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GemmVector128 Add(GemmVector128 left, GemmVector128 right) => new(left._value + right._value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GemmVector128 Max(GemmVector128 left, GemmVector128 right) => new(Vector128.Max(left._value, right._value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(GemmVector128 value) => Vector128.Sum(value._value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GemmVector128 MultiplyAdd(GemmVector128 left, GemmVector128 right, GemmVector128 addend) =>
        new(Vector128.MultiplyAddEstimate(left._value, right._value, addend._value));
}

/// <summary>One float: a tile of 6 x 2, for machines without vectors.</summary>
internal readonly unsafe struct GemmScalar(float value) : IGemmVector<GemmScalar>
{
    private readonly float _value = value;

    public static int Width => 1;
    public static int TileRows => 6;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GemmScalar Broadcast(float value) => new(value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GemmScalar Load(float* source) => new(*source);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(GemmScalar value, float* target) => *target = value._value;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GemmScalar Add(GemmScalar left, GemmScalar right) => new(left._value + right._value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GemmScalar Max(GemmScalar left, GemmScalar right) => new(MathF.Max(left._value, right._value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(GemmScalar value) => value._value;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GemmScalar MultiplyAdd(GemmScalar left, GemmScalar right, GemmScalar addend) =>
        new(left._value * right._value + addend._value);
}
