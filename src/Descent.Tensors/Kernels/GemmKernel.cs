using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Descent.Kernels;

/// <summary>A number known to the compiler, so that one kernel source serves every size of tile.</summary>
internal interface IConstant
{
    static abstract int Value { get; }
}

internal readonly struct One : IConstant
{
    public static int Value => 1;
}

internal readonly struct Two : IConstant
{
    public static int Value => 2;
}

internal readonly struct Four : IConstant
{
    public static int Value => 4;
}

internal readonly struct Six : IConstant
{
    public static int Value => 6;
}

internal readonly struct Twelve : IConstant
{
    public static int Value => 12;
}

/// <summary>What happens to a sum of products before it is stored: added to C, then the bias, then the activation.</summary>
internal readonly unsafe struct GemmEpilogue(bool accumulate, float* bias, bool relu)
{
    /// <summary>Whether C holds an earlier part of the sum.</summary>
    public bool Accumulate { get; } = accumulate;

    /// <summary>One value a column, or null.</summary>
    public float* Bias { get; init; } = bias;

    /// <summary>Whether negative results become zero.</summary>
    public bool Relu { get; } = relu;

    /// <summary>Finishes the sums that belong at <paramref name="c"/>, in the given column and those after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V>(V sum, float* c, int column)
        where V : struct, IGemmVector<V>
    {
        if (Accumulate)
            sum = V.Add(sum, V.Load(c));
        if (Bias != null)
            sum = V.Add(sum, V.Load(Bias + column));
        return Relu ? V.Max(sum, V.Broadcast(0)) : sum;
    }
}

/// <summary>The innermost part of the product: a tile of C held in registers while k runs.</summary>
internal static unsafe class GemmKernel
{
    /// <summary>
    /// c[i, j] = epilogue(sum over p of a[i·aRow + p·aStep] · b[p·bStep + j]) for TRows rows and TVectors registers of columns.
    /// </summary>
    // Inlined into a caller that the runtime has profiled, the loop would lose registers and run four times slower.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Tile<V, TRows, TVectors>(
        nint depth, float* a, nint aRow, nint aStep, float* b, nint bStep, float* c, nint cRow, in GemmEpilogue epilogue)
        where V : struct, IGemmVector<V>
        where TRows : struct, IConstant
        where TVectors : struct, IConstant
    {
        V zero = V.Broadcast(0);
        V l0 = zero, l1 = zero, l2 = zero, l3 = zero, l4 = zero, l5 = zero, l6 = zero, l7 = zero, l8 = zero, l9 = zero, l10 = zero, l11 = zero;
        V r0 = zero, r1 = zero, r2 = zero, r3 = zero, r4 = zero, r5 = zero, r6 = zero, r7 = zero, r8 = zero, r9 = zero, r10 = zero, r11 = zero;

        // The tile of C is wanted when the sums are done: fetched meanwhile, it costs no wait.
        float* ahead = c;
        for (int row = 0; row < TRows.Value; row++, ahead += cRow)
        {
            Prefetch(ahead);
            if (TVectors.Value > 1)
                Prefetch(ahead + V.Width);
        }

        // Every third row has a pointer, so that all twelve are reached by the addressing modes of the machine.
        float* a3 = a + 3 * aRow;
        float* a6 = a3 + 3 * aRow;
        float* a9 = a6 + 3 * aRow;
        for (; depth > 0; depth--)
        {
            V left = V.Load(b);
            V right = TVectors.Value > 1 ? V.Load(b + V.Width) : zero;
            b += bStep;

            Accumulate<V, TVectors>(*a, left, right, ref l0, ref r0);
            if (TRows.Value > 1)
            {
                Accumulate<V, TVectors>(a[aRow], left, right, ref l1, ref r1);
                Accumulate<V, TVectors>(a[2 * aRow], left, right, ref l2, ref r2);
                Accumulate<V, TVectors>(*a3, left, right, ref l3, ref r3);
            }
            if (TRows.Value > 4)
            {
                Accumulate<V, TVectors>(a3[aRow], left, right, ref l4, ref r4);
                Accumulate<V, TVectors>(a3[2 * aRow], left, right, ref l5, ref r5);
            }
            if (TRows.Value > 6)
            {
                Accumulate<V, TVectors>(*a6, left, right, ref l6, ref r6);
                Accumulate<V, TVectors>(a6[aRow], left, right, ref l7, ref r7);
                Accumulate<V, TVectors>(a6[2 * aRow], left, right, ref l8, ref r8);
                Accumulate<V, TVectors>(*a9, left, right, ref l9, ref r9);
                Accumulate<V, TVectors>(a9[aRow], left, right, ref l10, ref r10);
                Accumulate<V, TVectors>(a9[2 * aRow], left, right, ref l11, ref r11);
            }
            a += aStep;
            a3 += aStep;
            a6 += aStep;
            a9 += aStep;
        }

        Store<V, TVectors>(l0, r0, c, epilogue);
        if (TRows.Value > 1)
        {
            Store<V, TVectors>(l1, r1, c += cRow, epilogue);
            Store<V, TVectors>(l2, r2, c += cRow, epilogue);
            Store<V, TVectors>(l3, r3, c += cRow, epilogue);
        }
        if (TRows.Value > 4)
        {
            Store<V, TVectors>(l4, r4, c += cRow, epilogue);
            Store<V, TVectors>(l5, r5, c += cRow, epilogue);
        }
        if (TRows.Value > 6)
        {
            Store<V, TVectors>(l6, r6, c += cRow, epilogue);
            Store<V, TVectors>(l7, r7, c += cRow, epilogue);
            Store<V, TVectors>(l8, r8, c += cRow, epilogue);
            Store<V, TVectors>(l9, r9, c += cRow, epilogue);
            Store<V, TVectors>(l10, r10, c += cRow, epilogue);
            Store<V, TVectors>(l11, r11, c + cRow, epilogue);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(float* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(address);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate<V, TVectors>(float a, V left, V right, ref V leftSum, ref V rightSum)
        where V : struct, IGemmVector<V>
        where TVectors : struct, IConstant
    {
        V factor = V.Broadcast(a);
        leftSum = V.MultiplyAdd(factor, left, leftSum);
        if (TVectors.Value > 1)
            rightSum = V.MultiplyAdd(factor, right, rightSum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<V, TVectors>(V left, V right, float* c, in GemmEpilogue epilogue)
        where V : struct, IGemmVector<V>
        where TVectors : struct, IConstant
    {
        V.Store(epilogue.Apply(left, c, 0), c);
        if (TVectors.Value > 1)
            V.Store(epilogue.Apply(right, c + V.Width, V.Width), c + V.Width);
    }
}
