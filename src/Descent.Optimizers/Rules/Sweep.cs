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
internal sealed unsafe partial class Sweep
{
    private const int MostSlots = 3;
    private const int RowsOfChunk = 64; // of a table, where only some are swept

    private readonly Variable[] _variables;
    private readonly Variable[][] _slots;
    private readonly Target[] _targets;
    private readonly Variable.Clock _clock = new();
    private readonly Segment[] _segments;
    private readonly int[] _chunks; // the first segment of each chunk, and their number at the end
    private readonly double[] _partialSums; // one per segment
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
        (_segments, _chunks) = SweepCut.Of(variables);
        _partialSums = new double[_segments.Length];
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

    /// <summary>Whether a pass leaves rows alone that a gradient is known not to touch.</summary>
    public bool IsLazy { get; init; }

    /// <summary>Those who have the other parts of the variables, with whom sums of squares are those of whole variables; null: there is nobody else.</summary>
    public OptimizerShare? Share { get; init; }

    /// <summary>Whether a pass does nothing but the rule: no gradient is scaled or limited, and no variable decays or is averaged.</summary>
    public bool IsPlain =>
        Averages is null && !Limit.AsSpan().ContainsAnyExcept(0f) && !Scale.AsSpan().ContainsAnyExcept(1f) && !Decay.AsSpan().ContainsAnyExcept(0f);

    /// <summary>How many rules were chosen since <see cref="Forget"/>.</summary>
    public int RuleCount { get; private set; }

    /// <summary>Starts the choice of other rules.</summary>
    public void Forget() => RuleCount = 0;

    /// <summary>Keeps a rule for <see cref="RunChosen"/>: one for each learning rate of the plan, in its order.</summary>
    public void Choose<R>(R rule) where R : struct, IUpdateRule
    {
        if (typeof(R).Assembly != typeof(Sweep).Assembly) Try(rule);
        if (_chosen is not Chosen<R> chosen)
        {
            if (RuleCount > 0)
                throw new InvalidOperationException($"The rules of one step must be of one type, whatever the learning rate. Received: {typeof(R).Name} too.");
            _chosen = chosen = new Chosen<R>();
        }

        chosen.Set(RuleCount++, rule);
    }

    // A rule of the user's that throws does so here, before anything changes.
    private static void Try<R>(R rule) where R : struct, IUpdateRule
    {
        ScalarLane w = default, a = default, b = default, c = default;
        rule.Update(ref w, default, ref a, ref b, ref c);
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

        if (IsPlain) Run<R, Off>(rule, rules);
        else Run<R, On>(rule, rules);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Touch(int variable)
    {
        _targets[variable].Variable.Touch(_transaction);
        Averages?[variable].Touch(_transaction);
    }

    private TouchedRows? LazyRows(int variable) => IsLazy ? Gradients[variable]?.Touched : null;

    /// <summary>Whether a pass works on a variable.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsSwept(int variable) => Gradients[variable] is not null && (Only is null || Only[variable]);

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

    private void Dispatch<R, X, S>(R rule, R[]? rules) where R : struct, IUpdateRule where X : ISwitch where S : ISlotCount
    {
        Workers.Run(_chunks.Length - 1, new Job<R, X, S>(this, rule, rules), inShares: true);
        for (var v = 0; IsLazy && v < _variables.Length; v++)
        {
            if (!IsSwept(v) || LazyRows(v) is not { } touched) continue;
            if (_transaction is null) Touch(v);
            var job = new RowsJob<R, X, S>(this, v, touched, rules is null ? rule : rules[_plan!.RateOf[v]]);
            Workers.Run((touched.Rows.Length + RowsOfChunk - 1) / RowsOfChunk, job);
        }
    }

    // Some of the touched rows of one variable.
    private readonly struct RowsJob<R, X, S>(Sweep sweep, int variable, TouchedRows touched, R rule) : IParallelJob
        where R : struct, IUpdateRule where X : ISwitch where S : ISlotCount
    {
        public void Run(int chunk)
        {
            var shape = sweep._variables[variable].Shape;
            var length = shape.Size / shape[0];
            var rows = touched.Rows[(chunk * RowsOfChunk)..];
            Span<Segment> segments = stackalloc Segment[Math.Min(rows.Length, RowsOfChunk)];
            for (var i = 0; i < segments.Length; i++) segments[i] = new Segment(variable, rows[i] * length, length, IsRow: true);
            sweep.RunSegments<R, X, S>(segments, rule);
        }
    }

    private readonly struct Job<R, X, S>(Sweep sweep, R rule, R[]? rules) : IParallelJob
        where R : struct, IUpdateRule where X : ISwitch where S : ISlotCount
    {
        public void Run(int chunk)
        {
            var segments = sweep._segments.AsSpan(sweep._chunks[chunk]..sweep._chunks[chunk + 1]);
            if (rules is null)
            {
                sweep.RunSegments<R, X, S>(segments, rule);
                return;
            }

            var rates = sweep._plan!.RateOf;
            while (segments.Length > 0)
            {
                var rate = rates[segments[0].Variable];
                var count = 1;
                while (count < segments.Length && rates[segments[count].Variable] == rate) count++;
                sweep.RunSegments<R, X, S>(segments[..count], rules[rate]);
                segments = segments[count..];
            }
        }
    }

    private void RunSegments<R, X, S>(ReadOnlySpan<Segment> segments, in R rule) where R : struct, IUpdateRule where X : ISwitch where S : ISlotCount
    {
        if (Lanes.Use512) RunLanes<Lane512, R, X, S>(segments, rule);
        else if (Lanes.Use256) RunLanes<Lane256, R, X, S>(segments, rule);
        else if (Lanes.Use128) RunLanes<Lane128, R, X, S>(segments, rule);
        else RunLanes<ScalarLane, R, X, S>(segments, rule);
    }

    // Segments of one rule, whose constants stay in registers. Compiled fully at once: a profile of its first calls makes it slower.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void RunLanes<L, R, X, S>(ReadOnlySpan<Segment> segments, in R constants)
        where L : struct, ILane<L> where R : struct, IUpdateRule where X : ISwitch where S : ISlotCount
    {
        // Locals: the loop must not read them again after each store.
        var (rule, average) = (constants, Average);
        foreach (var segment in segments)
        {
            var (v, start, length) = (segment.Variable, segment.Start, segment.Length);
            if (!IsSwept(v) || segment.IsRow != (LazyRows(v) is not null)) continue;
            if (start == 0 && _transaction is null) Touch(v);
            ref readonly var target = ref _targets[v];
            fixed (float* pw = &target.View.Origin, pg = &Gradients[v]!.Origin)
            fixed (float* pe = X.On && Averages is not null ? Part(Averages[v].View, segment) : default)
            {
                float* w = pw + start, g = pg + start, a = target.A + start, b = target.B + start, c = target.C + start, e = pe;
                var (scale, decay, limit) = X.On ? (Scale[v], Decay[v], Limit[v]) : default;
                var i = 0;
                for (; i <= length - L.Count; i += L.Count) RunLane<L, R, X, S, Off>(w + i, g + i, a + i, b + i, c + i, e, i, L.Count, scale, decay, limit, average, rule);
                if (i < length) RunLane<L, R, X, S, On>(w + i, g + i, a + i, b + i, c + i, e, i, length - i, scale, decay, limit, average, rule);
            }
        }
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

    private static Span<float> Part(Tensor tensor, Segment segment) => tensor.Floats.Slice(segment.Start, segment.Length);

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
}
