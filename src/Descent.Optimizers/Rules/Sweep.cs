using System.Runtime.CompilerServices;
using Descent.Kernels;
using Descent.Threading;

namespace Descent.Optimizers;

/// <summary>
/// One pass over all variables of a step: unscale, clip, decay, rule and moving average of each element while it is in registers. Work is
/// cut into pieces of fixed size across variable borders, so the result does not depend on the number of threads.
/// </summary>
internal sealed unsafe class Sweep
{
    private const int MostSlots = 3;
    private readonly Variable[] _variables;
    private readonly Variable[][] _slots;
    private readonly Segment[] _segments;
    private readonly int[] _chunks; // the first segment of each chunk, and their number at the end
    private readonly float[] _partialSums; // one per segment
    private Chosen? _chosen;

    /// <summary>Prepares passes over variables and their slots.</summary>
    /// <param name="variables">The variables, in the optimizer's order.</param>
    /// <param name="slots">Each slot for all variables: <c>slots[s][variable]</c>.</param>
    public Sweep(Variable[] variables, Variable[][] slots)
    {
        if (slots.Length > MostSlots)
            throw new ArgumentException($"A rule can have at most {MostSlots} slots. Received: {slots.Length}.", nameof(slots));
        _variables = variables;
        _slots = slots;
        Gradients = new Tensor?[variables.Length];
        Scale = new float[variables.Length];
        Decay = new float[variables.Length];
        (_segments, _chunks) = Cut(variables);
        _partialSums = new float[_segments.Length];
    }

    /// <summary>The gradients of this step; variables without one are passed over.</summary>
    public Tensor?[] Gradients { get; }

    /// <summary>What each gradient is multiplied with.</summary>
    public float[] Scale { get; }

    /// <summary>The part of each variable that weight decay takes away.</summary>
    public float[] Decay { get; }

    /// <summary>The largest magnitude of an element of a gradient; 0 for no limit.</summary>
    public float ClipValue { get; set; }

    /// <summary>The moving averages to update after the rule, if any.</summary>
    public Variable[]? Averages { get; set; }

    /// <summary>How the moving averages are updated.</summary>
    public AverageRule Average { get; set; }

    /// <summary>Whether <see cref="Choose"/> was called since <see cref="Forget"/>.</summary>
    public bool HasRule { get; private set; }

    /// <summary>Starts the choice of another rule.</summary>
    public void Forget() => HasRule = false;

    /// <summary>Keeps a rule for <see cref="RunChosen"/>.</summary>
    public void Choose<R>(R rule) where R : struct, IUpdateRule
    {
        if (HasRule) throw new InvalidOperationException("RuleRunner.Run must be called once a step. Received a second call.");
        var chosen = _chosen as Chosen<R> ?? new Chosen<R>();
        chosen.Rule = rule;
        (_chosen, HasRule) = (chosen, true);
    }

    /// <summary>Runs the chosen rule.</summary>
    public void RunChosen() => _chosen!.Run(this);

    /// <summary>Runs a rule over every variable that has a gradient.</summary>
    public void Run<R>(R rule) where R : struct, IUpdateRule
    {
        for (var i = 0; i < _variables.Length; i++)
        {
            if (Gradients[i] is null) continue;
            _variables[i].Write();
            foreach (var slot in _slots) slot[i].Write();
            Averages?[i].Write();
        }

        var plain = Averages is null && ClipValue == 0 && !Scale.AsSpan().ContainsAnyExcept(1f) && !Decay.AsSpan().ContainsAnyExcept(0f);
        if (plain) Run<R, Off>(rule);
        else Run<R, On>(rule);
    }

    /// <summary>Σ g² of every variable's gradient; 0 for those without.</summary>
    public void SumsOfSquares(Span<float> sums)
    {
        Array.Clear(_partialSums);
        Workers.Run(_chunks.Length - 1, new NormJob(this));
        sums.Clear();
        for (var i = 0; i < _partialSums.Length; i++) sums[_segments[i].Variable] += _partialSums[i];
    }

    private void Run<R, X>(R rule) where R : struct, IUpdateRule where X : ISwitch
    {
        switch (_slots.Length)
        {
            case 0: Dispatch<R, X, Slots0>(rule); break;
            case 1: Dispatch<R, X, Slots1>(rule); break;
            case 2: Dispatch<R, X, Slots2>(rule); break;
            default: Dispatch<R, X, Slots3>(rule); break;
        }
    }

    private void Dispatch<R, X, S>(R rule) where R : struct, IUpdateRule where X : ISwitch where S : ISlotCount =>
        Workers.Run(_chunks.Length - 1, new Job<R, X, S>(this, rule));

    private readonly struct Job<R, X, S>(Sweep sweep, R rule) : IParallelJob
        where R : struct, IUpdateRule where X : ISwitch where S : ISlotCount
    {
        public void Run(int chunk)
        {
            for (var i = sweep._chunks[chunk]; i < sweep._chunks[chunk + 1]; i++)
                sweep.RunSegment<R, X, S>(sweep._segments[i], rule);
        }
    }

    private void RunSegment<R, X, S>(Segment segment, R rule) where R : struct, IUpdateRule where X : ISwitch where S : ISlotCount
    {
        var v = segment.Variable;
        if (Gradients[v] is not { } gradient) return;
        fixed (float* w = Part(_variables[v].View, segment), g = Part(gradient, segment))
        fixed (float* a = S.Count > 0 ? Part(_slots[0][v].View, segment) : default)
        fixed (float* b = S.Count > 1 ? Part(_slots[1][v].View, segment) : default)
        fixed (float* c = S.Count > 2 ? Part(_slots[2][v].View, segment) : default)
        fixed (float* e = X.On && Averages is not null ? Part(Averages[v].View, segment) : default)
        {
            var pointers = new Pointers { W = w, G = g, A = a, B = b, C = c, E = e, Scale = Scale[v], Decay = Decay[v], Clip = ClipValue, Average = Average };
            var i = 0;
            if (Lanes.Use512) i = RunLanes<Lane512, R, X, S>(in pointers, i, segment.Length, rule);
            if (Lanes.Use256) i = RunLanes<Lane256, R, X, S>(in pointers, i, segment.Length, rule);
            if (Lanes.Use128) i = RunLanes<Lane128, R, X, S>(in pointers, i, segment.Length, rule);
            RunLanes<ScalarLane, R, X, S>(in pointers, i, segment.Length, rule);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int RunLanes<L, R, X, S>(in Pointers p, int i, int length, R rule)
        where L : struct, ILane<L> where R : struct, IUpdateRule where X : ISwitch where S : ISlotCount
    {
        float* pw = p.W, pg = p.G, pa = p.A, pb = p.B, pc = p.C, pe = p.E;
        var scale = L.Create(p.Scale);
        var decay = L.Create(p.Decay);
        var clip = L.Create(p.Clip);
        var average = p.Average;
        var (clips, decays) = (p.Clip != 0, p.Decay != 0);
        for (; i <= length - L.Count; i += L.Count)
        {
            var w = L.Load(pw + i);
            var g = L.Load(pg + i);
            L a = default, b = default, c = default, unused = default;
            if (S.Count > 0) a = L.Load(pa + i);
            if (S.Count > 1) b = L.Load(pb + i);
            if (S.Count > 2) c = L.Load(pc + i);
            if (X.On)
            {
                g *= scale;
                if (clips) g = L.Min(L.Max(g, -clip), clip);
                if (decays) w -= w * decay;
            }

            rule.Update(ref w, g, ref a, ref b, ref c);
            if (X.On && pe != null)
            {
                var e = L.Load(pe + i);
                average.Update(ref w, g, ref e, ref unused, ref unused);
                e.Store(pe + i);
            }

            w.Store(pw + i);
            if (S.Count > 0) a.Store(pa + i);
            if (S.Count > 1) b.Store(pb + i);
            if (S.Count > 2) c.Store(pc + i);
        }

        return i;
    }

    private readonly struct NormJob(Sweep sweep) : IParallelJob
    {
        public void Run(int chunk)
        {
            for (var i = sweep._chunks[chunk]; i < sweep._chunks[chunk + 1]; i++)
            {
                if (sweep.Gradients[sweep._segments[i].Variable] is not { } gradient) continue;
                fixed (float* g = Part(gradient, sweep._segments[i]))
                    sweep._partialSums[i] = Reduction.SumOfSquares(g, sweep._segments[i].Length);
            }
        }
    }

    private static Span<float> Part(Tensor tensor, Segment segment) => tensor.Floats.Slice(segment.Start, segment.Length);

    private static (Segment[] Segments, int[] Chunks) Cut(Variable[] variables)
    {
        var segments = new List<Segment>();
        var chunks = new List<int> { 0 };
        var room = Lanes.ChunkLength;
        for (var v = 0; v < variables.Length; v++)
        {
            for (var start = 0; start < variables[v].Shape.Size;)
            {
                var length = Math.Min(room, variables[v].Shape.Size - start);
                segments.Add(new Segment(v, start, length));
                start += length;
                room -= length;
                if (room > 0) continue;
                chunks.Add(segments.Count);
                room = Lanes.ChunkLength;
            }
        }

        if (chunks[^1] != segments.Count) chunks.Add(segments.Count);
        return ([.. segments], [.. chunks]);
    }

    /// <summary>A rule that waits; used again by the next step, which rarely has a rule of another type.</summary>
    private abstract class Chosen
    {
        public abstract void Run(Sweep sweep);
    }

    private sealed class Chosen<R> : Chosen where R : struct, IUpdateRule
    {
        public R Rule { get; set; }

        public override void Run(Sweep sweep) => sweep.Run(Rule);
    }

    private readonly record struct Segment(int Variable, int Start, int Length);

    private ref struct Pointers
    {
        public float* W, G, A, B, C, E;
        public float Scale, Decay, Clip;
        public AverageRule Average;
    }

    // Type arguments instead of flags, so that the loop of a plain step holds nothing but the rule.
    private interface ISwitch
    {
        static abstract bool On { get; }
    }

    private readonly struct On : ISwitch
    {
        static bool ISwitch.On => true;
    }

    private readonly struct Off : ISwitch
    {
        public static bool On => false;
    }

    private interface ISlotCount
    {
        static abstract int Count { get; }
    }

    private readonly struct Slots0 : ISlotCount
    {
        public static int Count => 0;
    }

    private readonly struct Slots1 : ISlotCount
    {
        public static int Count => 1;
    }

    private readonly struct Slots2 : ISlotCount
    {
        public static int Count => 2;
    }

    private readonly struct Slots3 : ISlotCount
    {
        public static int Count => 3;
    }
}
