using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Descent.Kernels;
using Descent.Memory;
using Descent.Threading;

namespace Descent.Optimizers;

/// <summary>
/// One pass over all variables of a step: unscale, clip, decay, rule and moving average of each element while it is in registers. Work is
/// cut into pieces of fixed size across variable borders, so the result does not depend on the number of threads.
/// </summary>
internal sealed unsafe class Sweep
{
    private const int MostSlots = 3;

    // Elements of one unit of work. Short for small models: some microseconds in the cache, so that threads end together. Long for large ones:
    // memory is a quarter faster where a thread goes straight on.
    private const int ShortestChunk = 8 * 1024;
    private const int LongestChunk = 32 * ShortestChunk;
    private const int ChunksOfModel = 16; // of one between the two

    private readonly Variable[] _variables;
    private readonly Variable[][] _slots;
    private readonly Target[] _targets;
    private readonly Variable.Clock _clock = new();
    private readonly Segment[] _segments;
    private readonly int[] _chunks; // the first segment of each chunk, and their number at the end
    private readonly float[] _partialSums; // one per segment
    private readonly float[] _sums;
    private readonly VariablePlan? _plan;
    private Chosen? _chosen;
    private Transaction? _transaction;

    /// <summary>Prepares passes over variables and their slots.</summary>
    /// <param name="variables">The variables, in the optimizer's order.</param>
    /// <param name="slots">Each slot for all variables: <c>slots[s][variable]</c>, in memory that does not move.</param>
    /// <param name="plan">Says which of several rules a variable has.</param>
    public Sweep(Variable[] variables, Variable[][] slots, VariablePlan? plan = null)
    {
        _plan = plan;
        if (slots.Length > MostSlots)
            throw new ArgumentException($"A rule can have at most {MostSlots} slots. Received: {slots.Length}.", nameof(slots));
        _variables = variables;
        _slots = slots;
        _targets = new Target[variables.Length];
        for (var v = 0; v < variables.Length; v++)
        {
            float* Slot(int s) => s < slots.Length ? (float*)Unsafe.AsPointer(ref slots[s][v].View.Origin) : null;
            _targets[v] = new Target { Variable = variables[v], View = variables[v].View, A = Slot(0), B = Slot(1), C = Slot(2) };
            foreach (var slot in slots) slot[v].Follow(_clock);
        }

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
        // An open transaction belongs to this thread. Without one, whoever changes a variable says so.
        _transaction = Transaction.Current;
        for (var i = 0; _transaction is not null && i < _variables.Length; i++)
        {
            if (!IsSwept(i)) continue;
            Touch(i);
            foreach (var slot in _slots) slot[i].Touch(_transaction);
        }

        _clock.Ticks++;

        var plain = Averages is null && !Limit.AsSpan().ContainsAnyExcept(0f) && !Scale.AsSpan().ContainsAnyExcept(1f) && !Decay.AsSpan().ContainsAnyExcept(0f);
        if (plain) Run<R, Off>(rule, rules);
        else Run<R, On>(rule, rules);
    }

    /// <summary>Σ (scale · g)² of every variable's gradient, 0 for those without; good until the next call.</summary>
    /// <param name="scale">Applied first: squares of a scaled loss may be too large for float32.</param>
    public ReadOnlySpan<float> SumsOfSquares(float scale = 1)
    {
        Array.Clear(_partialSums);
        Workers.Run(_chunks.Length - 1, new NormJob(this, scale));
        Array.Clear(_sums);
        for (var i = 0; i < _partialSums.Length; i++) _sums[_segments[i].Variable] += _partialSums[i];
        return _sums;
    }

    private void Touch(int variable)
    {
        _targets[variable].Variable.Touch(_transaction);
        Averages?[variable].Touch(_transaction);
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
            foreach (var segment in sweep._segments.AsSpan(sweep._chunks[chunk]..sweep._chunks[chunk + 1]))
                if (sweep.IsSwept(segment.Variable))
                    sweep.RunSegment<R, X, S>(segment, rules is null ? rule : rules[sweep._plan!.RateOf[segment.Variable]]);
        }
    }

    private void RunSegment<R, X, S>(Segment segment, in R rule) where R : struct, IUpdateRule where X : ISwitch where S : ISlotCount
    {
        var (v, start) = (segment.Variable, segment.Start);
        if (start == 0 && _transaction is null) Touch(v);
        ref readonly var target = ref _targets[v];
        fixed (float* w = &target.View.Origin, g = &Gradients[v]!.Origin)
        fixed (float* e = X.On && Averages is not null ? Part(Averages[v].View, segment) : default)
        {
            var pointers = new Pointers { W = w + start, G = g + start, A = target.A + start, B = target.B + start, C = target.C + start, E = e };
            if (X.On) (pointers.Scale, pointers.Decay, pointers.Limit, pointers.Average) = (Scale[v], Decay[v], Limit[v], Average);
            if (Lanes.Use512) RunLanes<Lane512, R, X, S>(in pointers, segment.Length, rule);
            else if (Lanes.Use256) RunLanes<Lane256, R, X, S>(in pointers, segment.Length, rule);
            else if (Lanes.Use128) RunLanes<Lane128, R, X, S>(in pointers, segment.Length, rule);
            else RunLanes<ScalarLane, R, X, S>(in pointers, segment.Length, rule);
        }
    }

    // Compiled fully at once: a profile of its first calls makes it slower.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void RunLanes<L, R, X, S>(in Pointers p, int length, in R constants)
        where L : struct, ILane<L> where R : struct, IUpdateRule where X : ISwitch where S : ISlotCount
    {
        // Locals: the loop must not read them again after each store.
        float* w = p.W, g = p.G, a = p.A, b = p.B, c = p.C, e = p.E;
        var (scale, decay, limit, average, rule) = (p.Scale, p.Decay, p.Limit, p.Average, constants);
        var i = 0;
        for (; i <= length - L.Count; i += L.Count) RunLane<L, R, X, S, Off>(w + i, g + i, a + i, b + i, c + i, e, i, L.Count, scale, decay, limit, average, rule);
        if (i < length) RunLane<L, R, X, S, On>(w + i, g + i, a + i, b + i, c + i, e, i, length - i, scale, decay, limit, average, rule);
    }

    // One lane; the last of a segment may be only a part of one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunLane<L, R, X, S, P>(
        float* pw, float* pg, float* pa, float* pb, float* pc, float* pe, int i, int count, float scale, float decay, float limit, AverageRule average, R rule)
        where L : struct, ILane<L> where R : struct, IUpdateRule where X : ISwitch where S : ISlotCount where P : ISwitch
    {
        var w = Load<L, P>(pw, count);
        var g = Load<L, P>(pg, count);
        L a = default, b = default, c = default, unused = default;
        if (S.Count > 0) a = Load<L, P>(pa, count);
        if (S.Count > 1) b = Load<L, P>(pb, count);
        if (S.Count > 2) c = Load<L, P>(pc, count);
        if (X.On)
        {
            g *= L.Create(scale);
            if (limit != 0) g = L.Min(L.Max(g, L.Create(-limit)), L.Create(limit));
            if (decay != 0) w -= w * L.Create(decay);
        }

        rule.Update(ref w, g, ref a, ref b, ref c);
        if (X.On && pe != null)
        {
            var e = Load<L, P>(pe + i, count);
            average.Update(ref w, g, ref e, ref unused, ref unused);
            Store<L, P>(e, pe + i, count);
        }

        Store<L, P>(w, pw, count);
        if (S.Count > 0) Store<L, P>(a, pa, count);
        if (S.Count > 1) Store<L, P>(b, pb, count);
        if (S.Count > 2) Store<L, P>(c, pc, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static L Load<L, P>(float* source, int count) where L : struct, ILane<L> where P : ISwitch =>
        P.On ? L.LoadFirst(source, count) : L.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<L, P>(L lane, float* destination, int count) where L : struct, ILane<L> where P : ISwitch
    {
        if (P.On) lane.StoreFirst(destination, count);
        else lane.Store(destination);
    }

    private readonly struct NormJob(Sweep sweep, float scale) : IParallelJob
    {
        public void Run(int chunk)
        {
            for (var i = sweep._chunks[chunk]; i < sweep._chunks[chunk + 1]; i++)
            {
                if (sweep.Gradients[sweep._segments[i].Variable] is not { } gradient) continue;
                fixed (float* g = Part(gradient, sweep._segments[i]))
                    sweep._partialSums[i] = Reduction.SumOfSquares(g, sweep._segments[i].Length, scale);
            }
        }
    }

    private static Span<float> Part(Tensor tensor, Segment segment) => tensor.Floats.Slice(segment.Start, segment.Length);

    private static (Segment[] Segments, int[] Chunks) Cut(Variable[] variables)
    {
        var segments = new List<Segment>();
        var chunks = new List<int> { 0 };
        var length = (int)Math.Clamp(variables.Sum(v => (long)v.Shape.Size) / ChunksOfModel, ShortestChunk, LongestChunk) / ShortestChunk * ShortestChunk;
        var room = length;
        for (var v = 0; v < variables.Length; v++)
        {
            for (var start = 0; start < variables[v].Shape.Size;)
            {
                var part = Math.Min(room, variables[v].Shape.Size - start);
                segments.Add(new Segment(v, start, part));
                start += part;
                room -= part;
                if (room > 0) continue;
                chunks.Add(segments.Count);
                room = length;
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

    /// <summary>What a pass needs of a variable, side by side in memory. The slots are pinned.</summary>
    private struct Target
    {
        public Variable Variable;
        public Tensor View;
        public float* A, B, C;
    }

    private readonly record struct Segment(int Variable, int Start, int Length);

    private ref struct Pointers
    {
        public float* W, G, A, B, C, E;
        public float Scale, Decay, Limit;
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
