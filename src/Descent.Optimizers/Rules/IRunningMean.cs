using System.Runtime.CompilerServices;

namespace Descent.Optimizers;

/// <summary>How a running mean takes in a value; the two ways are equal but for rounding, which shows where little of the mean is kept.</summary>
internal interface IRunningMean
{
    /// <summary>The next mean.</summary>
    /// <param name="mean">The mean so far.</param>
    /// <param name="value">The value.</param>
    /// <param name="keep">The share of the mean.</param>
    /// <param name="add">The share of the value: one minus <paramref name="keep"/>.</param>
    static abstract L Next<L>(L mean, L value, float keep, float add) where L : struct, ILane<L>;
}

/// <summary>Keras 3: <c>mean + (value - mean) · add</c>.</summary>
internal readonly struct SteppedMean : IRunningMean
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Next<L>(L mean, L value, float keep, float add) where L : struct, ILane<L> => mean + (value - mean) * L.Create(add);
}

/// <summary>Keras 1 and 2: <c>mean · keep + value · add</c>.</summary>
internal readonly struct BlendedMean : IRunningMean
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Next<L>(L mean, L value, float keep, float add) where L : struct, ILane<L> => mean * L.Create(keep) + value * L.Create(add);
}
