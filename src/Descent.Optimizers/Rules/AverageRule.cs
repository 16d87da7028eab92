using System.Runtime.CompilerServices;

namespace Descent.Optimizers;

/// <summary>The exponential moving average of a variable: <c>e = momentum · e + (1 - momentum) · w</c>, and at times <c>w = e</c>.</summary>
internal readonly struct AverageRule(float momentum, float oneMinusMomentum, bool overwrite) : IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L e, ref L _, ref L __) where L : struct, ILane<L>
    {
        e = e * L.Create(momentum) + w * L.Create(oneMinusMomentum);
        if (overwrite) w = e;
    }
}

/// <summary>Has one set of weights follow another, which may be set back to it: <c>s += share · (w - s)</c>, and <c>w = s</c>. What is equal stays so.</summary>
internal readonly struct FollowRule(float share, bool setBack) : IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L s, ref L _, ref L __) where L : struct, ILane<L>
    {
        s += (w - s) * L.Create(share);
        if (setBack) w = s;
    }
}

/// <summary>Hands the prepared gradient to an optimizer that updates whole tensors: <c>s = g</c>.</summary>
internal readonly struct PrepareRule : IUpdateRule
{
    public void Update<L>(ref L w, L g, ref L s, ref L _, ref L __) where L : struct, ILane<L> => s = g;
}

/// <summary>Adds to the gradient accumulator: <c>s += g</c>.</summary>
internal readonly struct AccumulateRule : IUpdateRule
{
    public void Update<L>(ref L w, L g, ref L s, ref L _, ref L __) where L : struct, ILane<L> => s += g;
}

/// <summary>Steps along a scaled direction: <c>w -= g</c>.</summary>
internal readonly struct SubtractRule : IUpdateRule
{
    public void Update<L>(ref L w, L g, ref L _, ref L __, ref L ___) where L : struct, ILane<L> => w -= g;
}
