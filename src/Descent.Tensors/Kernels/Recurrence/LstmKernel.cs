using System.Runtime.CompilerServices;

namespace Descent.Kernels.Recurrence;

/// <summary>i, f, g, o = σ, σ, tanh, σ of (x + h · R); c' = f c + i g; h' = o tanh(c'). Keeps i, f, g, o and tanh(c').</summary>
internal sealed unsafe class LstmKernel : RecurrentKernel
{
    private static readonly RecurrentProduct[] Whole = [new(-1, 0, 0, 4)];

    public override int Gates => 4;

    public override int Kept => 5;

    public override int Slopes => 4;

    public override bool HasCarry => true;

    public override ReadOnlySpan<RecurrentProduct> Products => Whole;

    public override void Forward(in RecurrentStep step)
    {
        var units = step.Units;
        Multiply(step, step.H, units, units, 0, 0, 4 * units, step.Gates, 5 * units, accumulate: true);
        new WidestLanes<Activate>(new Activate(step)).Run(0, step.Rows);
    }

    public override void Backward(in RecurrentStep step)
    {
        var units = step.Units;
        new WidestLanes<Differentiate>(new Differentiate(step)).Run(0, step.Rows);
        Multiply(step, step.Slopes, 4 * units, 4 * units, 0, 0, units, step.GradientH, units, accumulate: false);
    }

    private readonly struct Activate(RecurrentStep step) : ILaneRangeJob
    {
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            var units = step.Units;
            for (var row = start; row < end; row++)
            {
                var gates = step.Gates + (nint)row * 5 * units;
                float* g = gates + 2 * units, o = g + units, squashed = o + units, c = step.NextC + (nint)row * units;
                Elementwise.MapRange<L, Ops.SigmoidFunction>(gates, gates, 2 * units, default);
                Elementwise.MapRange<L, Ops.TanhFunction>(g, g, units, default);
                Elementwise.MapRange<L, Ops.SigmoidFunction>(o, o, units, default);
                Carry<L>(gates, step.C + (nint)row * units, c, units);
                Elementwise.MapRange<L, Ops.TanhFunction>(c, squashed, units, default);
                Elementwise.ZipRange<L, Ops.MultiplyFunction>(o, 1, squashed, 1, step.NextH + (nint)row * units, units, default);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Carry<L>(float* gates, float* c, float* next, int units) where L : struct, ILane<L>
        {
            for (var j = 0; j < units; j += L.Count)
            {
                var count = units - j;
                L i = Lanes.Load<L>(gates + j, count), f = Lanes.Load<L>(gates + units + j, count), g = Lanes.Load<L>(gates + 2 * units + j, count);
                Lanes.Store(f * Lanes.Load<L>(c + j, count) + i * g, next + j, count);
            }
        }
    }

    private readonly struct Differentiate(RecurrentStep step) : ILaneRangeJob
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            var (units, one) = (step.Units, L.Create(1f));
            for (var row = start; row < end; row++)
            {
                float* gates = step.Gates + (nint)row * 5 * units, slopes = step.Slopes + (nint)row * 4 * units, before = step.C + (nint)row * units;
                float* gh = step.GradientH + (nint)row * units, gc = step.GradientC + (nint)row * units;
                for (var j = 0; j < units; j += L.Count)
                {
                    var count = units - j;
                    L i = Lanes.Load<L>(gates + j, count), f = Lanes.Load<L>(gates + units + j, count), g = Lanes.Load<L>(gates + 2 * units + j, count);
                    L o = Lanes.Load<L>(gates + 3 * units + j, count), t = Lanes.Load<L>(gates + 4 * units + j, count);
                    var dh = Lanes.Load<L>(gh + j, count);
                    var dc = Lanes.Load<L>(gc + j, count) + dh * o * (one - t * t);
                    Lanes.Store(dc * g * i * (one - i), slopes + j, count);
                    Lanes.Store(dc * Lanes.Load<L>(before + j, count) * f * (one - f), slopes + units + j, count);
                    Lanes.Store(dc * i * (one - g * g), slopes + 2 * units + j, count);
                    Lanes.Store(dh * t * o * (one - o), slopes + 3 * units + j, count);
                    Lanes.Store(dc * f, gc + j, count);
                }
            }
        }
    }
}
