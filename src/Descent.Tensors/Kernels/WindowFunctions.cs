using System.Runtime.CompilerServices;

namespace Descent.Kernels;

/// <summary>y = the largest of the inputs</summary>
internal readonly unsafe struct WindowMax(float* x, float* y) : IWindowFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Begin<L>(nint output, int count, int taps, out L a, out L b) where L : struct, ILane<L> => a = b = L.Create(float.NegativeInfinity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Visit<L>(nint input, nint tap, int count, ref L a, ref L b) where L : struct, ILane<L> => a = L.Max(a, Lanes.Load<L>(x + input, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void End<L>(nint output, int count, L a, L b) where L : struct, ILane<L> => Lanes.Store(a, y + output, count);
}

/// <summary>dx += g at the first input that is the largest, y</summary>
internal readonly unsafe struct WindowMaxInput(float* x, float* y, float* g, float* dx) : IWindowFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Begin<L>(nint output, int count, int taps, out L a, out L b) where L : struct, ILane<L>
    {
        a = Lanes.Load<L>(g + output, count);
        b = Lanes.Load<L>(y + output, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Visit<L>(nint input, nint tap, int count, ref L a, ref L b) where L : struct, ILane<L>
    {
        var largest = L.Equal(Lanes.Load<L>(x + input, count), b);
        var zero = L.Create(0f);
        Lanes.Store(Lanes.Load<L>(dx + input, count) + L.Select(largest, a, zero), dx + input, count);
        a = L.Select(largest, zero, a); // later ones get nothing
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void End<L>(nint output, int count, L a, L b) where L : struct, ILane<L>
    {
    }
}

/// <summary>z = v at the first input that is the largest, y</summary>
internal readonly unsafe struct WindowMaxTake(float* x, float* y, float* v, float* z) : IWindowFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Begin<L>(nint output, int count, int taps, out L a, out L b) where L : struct, ILane<L>
    {
        a = L.Create(0f);
        b = Lanes.Load<L>(y + output, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Visit<L>(nint input, nint tap, int count, ref L a, ref L b) where L : struct, ILane<L>
    {
        var largest = L.Equal(Lanes.Load<L>(x + input, count), b);
        a = L.Select(largest, Lanes.Load<L>(v + input, count), a);
        b = L.Select(largest, L.Create(float.NaN), b); // equal to nothing: later ones are not taken
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void End<L>(nint output, int count, L a, L b) where L : struct, ILane<L> => Lanes.Store(a, z + output, count);
}

/// <summary>y = the mean of the inputs; padding does not count</summary>
internal readonly unsafe struct WindowMean(float* x, float* y) : IWindowFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Begin<L>(nint output, int count, int taps, out L a, out L b) where L : struct, ILane<L>
    {
        a = L.Create(0f);
        b = L.Create(taps);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Visit<L>(nint input, nint tap, int count, ref L a, ref L b) where L : struct, ILane<L> => a += Lanes.Load<L>(x + input, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void End<L>(nint output, int count, L a, L b) where L : struct, ILane<L> => Lanes.Store(a / b, y + output, count);
}

/// <summary>dx += g / the number of inputs</summary>
internal readonly unsafe struct WindowMeanInput(float* g, float* dx) : IWindowFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Begin<L>(nint output, int count, int taps, out L a, out L b) where L : struct, ILane<L> =>
        a = b = Lanes.Load<L>(g + output, count) / L.Create(taps);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Visit<L>(nint input, nint tap, int count, ref L a, ref L b) where L : struct, ILane<L> =>
        Lanes.Store(Lanes.Load<L>(dx + input, count) + a, dx + input, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void End<L>(nint output, int count, L a, L b) where L : struct, ILane<L>
    {
    }
}

/// <summary>y = activation(the sum of inputs · weights + bias), a channel for itself</summary>
internal readonly unsafe struct WindowSum(float* x, float* kernel, float* bias, bool relu, int channels, float* y) : IWindowFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Begin<L>(nint output, int count, int taps, out L a, out L b) where L : struct, ILane<L> =>
        a = b = bias == null ? L.Create(0f) : Lanes.Load<L>(bias + output % channels, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Visit<L>(nint input, nint tap, int count, ref L a, ref L b) where L : struct, ILane<L> =>
        a += Lanes.Load<L>(x + input, count) * Lanes.Load<L>(kernel + tap, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void End<L>(nint output, int count, L a, L b) where L : struct, ILane<L> =>
        Lanes.Store(relu ? L.Max(a, L.Create(0f)) : a, y + output, count);
}

/// <summary>dx += g · weights</summary>
internal readonly unsafe struct WindowSumInput(float* g, float* kernel, float* dx) : IWindowFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Begin<L>(nint output, int count, int taps, out L a, out L b) where L : struct, ILane<L> => a = b = Lanes.Load<L>(g + output, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Visit<L>(nint input, nint tap, int count, ref L a, ref L b) where L : struct, ILane<L> =>
        Lanes.Store(Lanes.Load<L>(dx + input, count) + a * Lanes.Load<L>(kernel + tap, count), dx + input, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void End<L>(nint output, int count, L a, L b) where L : struct, ILane<L>
    {
    }
}

/// <summary>dw += g · inputs</summary>
internal readonly unsafe struct WindowSumKernel(float* x, float* g, float* dw) : IWindowFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Begin<L>(nint output, int count, int taps, out L a, out L b) where L : struct, ILane<L> => a = b = Lanes.Load<L>(g + output, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Visit<L>(nint input, nint tap, int count, ref L a, ref L b) where L : struct, ILane<L> =>
        Lanes.Store(Lanes.Load<L>(dw + tap, count) + a * Lanes.Load<L>(x + input, count), dw + tap, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void End<L>(nint output, int count, L a, L b) where L : struct, ILane<L>
    {
    }
}
