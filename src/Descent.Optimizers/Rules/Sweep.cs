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
    private readonly float[] _sums;
    private readonly VariablePlan? _plan;
    private Chosen? _chosen;

    /// <summary>Prepares passes over variables and their slots.</summary>
    /// <param name="variables">The variables, in the optimizer's order.</param>
    /// <param name="slots">Each slot for all variables: <c>slots[s][variable]</c>.</param>
    /// <param name="plan">Says which of several rules a variable has.</param>
    public Sweep(Variable[] variables, Variable[][] slots, VariablePlan? plan = null)
    {
        _plan = plan;
        if (slots.Length > MostSlots)
            throw new ArgumentException($"A rule can have at most {MostSlots} slots. Received: {slots.Length}.", nameof(slots));
        _variables = variables;
        _slots = slots;
        Gradients = new Tensor?[variables.Length];
        Scale = new float[variables.Length];
        Decay = new float[variables.Length];
        Limit = new float[variables.Length];
        _sums = new float[variables.Length];
        (_segments, _chunks) = Cut(variables);
        _partialSums = new float[_segments.Length];
    }

    /// <summary>The gradients of this step; variables without one are passed over.</summary>
    public Tensor?[] Gradients { get; }

    /// <summary>What each gradient is multiplied with.</summary>
    public float[] Scale { get; }

    /// <summary>The part of each variable that weight decay takes away.</summary>
    public float[] Decay { get; }

    /// <summary>The largest magnitude of an element of each gradient; 0 for no limit.</summary>
    public float[] Limit { get; }

    /// <summary>The moving averages to update after the rule, if any.</summary>
    public Variable[]? Averages { get; set; }

    /// <summary>How the moving averages are updated.</summary>
    public AverageRule Average { get; set; }

    /// <summary>Which variables a pass works on, of those that have a gradient; all when null.</summary>
    public bool[]? Only { get; set; }

    /// <summary>How many rules were chosen since <see cref="Forget"/>.</summary>
    public int RuleCount { get; private set; }

    /// <summary>Starts the choice of other rules.</summary>
    public void Forget() => RuleCount = 0;

    /// <summary>Keeps a rule for <see cref="RunChosen"/>: one for each learning rate of the plan, in its order.</summary>
    public void Choose<R>(R rule) where R : struct, IUpdateRule
    {
        if (_chosen is not Chosen<R> chosen)
        {
            if (RuleCount > 0)
                throw new InvalidOperationException($"The rules of one step must be of one type, whatever the learning rate. Received: {typeof(R).Name} too.");
            _chosen = chosen = new Chosen<R>();
        }

        chosen.Set(RuleCount++, rule);
    }

    /// <summary>Runs the chosen rules, each over the variables of its learning rate.</summary>
    public void RunChosen() => _chosen!.Run(this, RuleCount);

    /// <summary>Runs a rule over every variable that has a gradient.</summary>
    public void Run<R>(R rule) where R : struct, IUpdateRule => Run(rule, null);

    private void Run<R>(R rule, R[]? rules) where R : struct, IUpdateRule
    {
        for (var i = 0; i < _variables.Length; i++)
        {
            if (!IsSwept(i)) continue;
            _variables[i].Write();
            foreach (var slot in _slots) slot[i].Write();
            Averages?[i].Write();
        }

        var plain = Averages is null && !Limit.AsSpan().ContainsAnyExcept(0f) && !Scale.AsSpan().ContainsAnyExcept(1f) && !Decay.AsSpan().ContainsAnyExcept(0f);
        if (plain) Run<R, Off>(rule, rules);
        else Run<R, On>(rule, rules);
    }

    /// <summary>Σ g² of every variable's gradient, 0 for those without; good until the next call.</summary>
    public ReadOnlySpan<float> SumsOfSquares()
    {
        Array.Clear(_partialSums);
        Workers.Run(_chunks.Length - 1, new NormJob(this));
        Array.Clear(_sums);
        for (var i = 0; i < _partialSums.Length; i++) _sums[_segments[i].Variable] += _partialSums[i];
        return _sums;
    }

    private bool IsSwept(int variable) => Gradients[variable] is not null && (Only is null || Only[variable]);

    private void Run<R, X>(R rule, R[]? rules) where R : struct, IUpdateRule where X : ISwitch
    {
        switch (_slots.Length)
        {
            case 0: Dispatch<R, X, Slots0>(rule, rules); break;
            case 1: Dispatch<R, X, Slots1>(rule, rules); break;
            case 2: Dispatch<R, X, Slots2>(rule, rules); break;
            default: Dispatch<R, X, Slots3>(rule, rules); break;
        }
    }

    private void Dispatch<R, X, S>(R rule, R[]? rules) where R : struct, IUpdateRule where X : ISwitch where S : ISlotCount =>
        Workers.Run(_chunks.Length - 1, new Job<R, X, S>(this, rule, rules));

    private readonly struct Job<R, X, S>(Sweep sweep, R rule, R[]? rules) : IParallelJob
        where R : struct, IUpdateRule where X : ISwitch where S : ISlotCount
    {
        public void Run(int chunk)
        {
            for (var i = sweep._chunks[chunk]; i < sweep._chunks[chunk + 1]; i++)
                sweep.RunSegment<R, X, S>(sweep._segments[i], rules is null ? rule : rules[sweep._plan!.RateOf[sweep._segments[i].Variable]]);
        }
    }

    private void RunSegment<R, X, S>(Segment segment, R rule) where R : struct, IUpdateRule where X : ISwitch where S : ISlotCount
    {
        var v = segment.Variable;
        if (!IsSwept(v)) return;
        fixed (float* w = Part(_variables[v].View, segment), g = Part(Gradients[v]!, segment))
        fixed (float* a = S.Count > 0 ? Part(_slots[0][v].View, segment) : default)
        fixed (float* b = S.Count > 1 ? Part(_slots[1][v].View, segment) : default)
        fixed (float* c = S.Count > 2 ? Part(_slots[2][v].View, segment) : default)
        fixed (float* e = X.On && Averages is not null ? Part(Averages[v].View, segment) : default)
        {
            var pointers = new Pointers { W = w, G = g, A = a, B = b, C = c, E = e, Scale = Scale[v], Decay = Decay[v], Clip = Limit[v], Average = Average };
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

    /// <summary>Rules that wait; used again by the next step, which rarely has a rule of another type.</summary>
    private abstract class Chosen
    {
        public abstract void Run(Sweep sweep, int count);
    }

    private sealed class Chosen<R> : Chosen where R : struct, IUpdateRule
    {
        private R[] _rules = new R[1];

        public void Set(int index, R rule)
        {
            if (index == _rules.Length) Array.Resize(ref _rules, index + 1);
            _rules[index] = rule;
        }

        public override void Run(Sweep sweep, int count) => sweep.Run(_rules[0], count > 1 ? _rules : null);
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
