using System.Runtime.CompilerServices;

namespace Descent.Kernels.Recurrence;

/// <summary>
/// z, r = σ(x + h · R), candidate g = tanh(x + s), h' = z h + (1 - z) g. The candidate's recurrent part s is r (h · R + b) with reset after the
/// product, and (r h) · R with reset before it. Keeps z, r, g and, last, h · R + b or r h.
/// </summary>
internal sealed unsafe class GruKernel(bool resetAfter) : RecurrentKernel
{
    private static readonly RecurrentProduct[] After = [new(-1, 0, 0, 2), new(-1, 3, 2, 1)];
    private static readonly RecurrentProduct[] Before = [new(-1, 0, 0, 2), new(3, 2, 2, 1)];

    public override int Gates => 3;

    public override int Kept => 4;

    public override int Slopes => 4;

    public override ReadOnlySpan<RecurrentProduct> Products => resetAfter ? After : Before;

    public override void Forward(in RecurrentStep step)
    {
        var (units, kept) = (step.Units, 4 * step.Units);
        float* candidate = step.Gates + 2 * units, last = candidate + units;
        Multiply(step, step.H, units, units, 0, 0, 2 * units, step.Gates, kept, accumulate: true, step.Bias);
        if (resetAfter)
            Multiply(step, step.H, units, units, 0, 2 * units, units, last, kept, accumulate: false, step.Bias == null ? null : step.Bias + 2 * units);
        new WidestLanes<Reset>(new Reset(step, resetAfter)).Run(0, step.Rows);
        if (!resetAfter) Multiply(step, last, kept, units, 0, 2 * units, units, candidate, kept, accumulate: true);
        new WidestLanes<Mix>(new Mix(step)).Run(0, step.Rows);
    }

    public override void Backward(in RecurrentStep step)
    {
        var (units, width) = (step.Units, 4 * step.Units);
        var last = step.Slopes + 3 * units;
        new WidestLanes<Unmix>(new Unmix(step)).Run(0, step.Rows);
        if (!resetAfter) Multiply(step, step.Slopes + 2 * units, width, units, 2 * units, 0, units, last, width, accumulate: false);
        new WidestLanes<Unreset>(new Unreset(step, resetAfter)).Run(0, step.Rows);
        Multiply(step, step.Slopes, width, 2 * units, 0, 0, units, step.GradientH, units, accumulate: true);
        if (resetAfter) Multiply(step, last, width, units, 2 * units, 0, units, step.GradientH, units, accumulate: true);
    }

    // The gates, and what of the reset comes before the candidate's activation.
    private readonly struct Reset(RecurrentStep step, bool after) : ILaneRangeJob
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            var units = step.Units;
            for (var row = start; row < end; row++)
            {
                var gates = step.Gates + (nint)row * 4 * units;
                float* r = gates + units, g = r + units, last = g + units, h = step.H + (nint)row * units;
                Elementwise.MapRange<L, Ops.SigmoidFunction>(gates, gates, 2 * units, default);
                for (var j = 0; j < units; j += L.Count)
                {
                    var count = units - j;
                    var reset = Lanes.Load<L>(r + j, count);
                    if (after) Lanes.Store(Lanes.Load<L>(g + j, count) + reset * Lanes.Load<L>(last + j, count), g + j, count);
                    else Lanes.Store(reset * Lanes.Load<L>(h + j, count), last + j, count);
                }
            }
        }
    }

    private readonly struct Mix(RecurrentStep step) : ILaneRangeJob
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            var (units, one) = (step.Units, L.Create(1f));
            for (var row = start; row < end; row++)
            {
                float* z = step.Gates + (nint)row * 4 * units, g = z + 2 * units;
                float* h = step.H + (nint)row * units, next = step.NextH + (nint)row * units;
                Elementwise.MapRange<L, Ops.TanhFunction>(g, g, units, default);
                for (var j = 0; j < units; j += L.Count)
                {
                    var count = units - j;
                    var update = Lanes.Load<L>(z + j, count);
                    Lanes.Store(update * Lanes.Load<L>(h + j, count) + (one - update) * Lanes.Load<L>(g + j, count), next + j, count);
                }
            }
        }
    }

    // The slopes of z and of the candidate; of the state's gradient what comes straight from the mixture.
    private readonly struct Unmix(RecurrentStep step) : ILaneRangeJob
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            var (units, one) = (step.Units, L.Create(1f));
            for (var row = start; row < end; row++)
            {
                float* gates = step.Gates + (nint)row * 4 * units, slopes = step.Slopes + (nint)row * 4 * units;
                float* h = step.H + (nint)row * units, gh = step.GradientH + (nint)row * units;
                for (var j = 0; j < units; j += L.Count)
                {
                    var count = units - j;
                    L z = Lanes.Load<L>(gates + j, count), g = Lanes.Load<L>(gates + 2 * units + j, count), dh = Lanes.Load<L>(gh + j, count);
                    Lanes.Store(dh * (Lanes.Load<L>(h + j, count) - g) * z * (one - z), slopes + j, count);
                    Lanes.Store(dh * (one - z) * (one - g * g), slopes + 2 * units + j, count);
                    Lanes.Store(dh * z, gh + j, count);
                }
            }
        }
    }

    // The slope of r, and with reset after the product that of h · R + b.
    private readonly struct Unreset(RecurrentStep step, bool after) : ILaneRangeJob
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            var (units, one) = (step.Units, L.Create(1f));
            for (var row = start; row < end; row++)
            {
                float* gates = step.Gates + (nint)row * 4 * units, slopes = step.Slopes + (nint)row * 4 * units;
                float* h = step.H + (nint)row * units, gh = step.GradientH + (nint)row * units;
                for (var j = 0; j < units; j += L.Count)
                {
                    var count = units - j;
                    var r = Lanes.Load<L>(gates + units + j, count);
                    var slope = r * (one - r);
                    if (after)
                    {
                        var dg = Lanes.Load<L>(slopes + 2 * units + j, count);
                        Lanes.Store(dg * Lanes.Load<L>(gates + 3 * units + j, count) * slope, slopes + units + j, count);
                        Lanes.Store(dg * r, slopes + 3 * units + j, count);
                    }
                    else
                    {
                        var product = Lanes.Load<L>(slopes + 3 * units + j, count); // the gradient of r h
                        Lanes.Store(product * Lanes.Load<L>(h + j, count) * slope, slopes + units + j, count);
                        Lanes.Store(Lanes.Load<L>(gh + j, count) + product * r, gh + j, count);
                    }
                }
            }
        }
    }
}
