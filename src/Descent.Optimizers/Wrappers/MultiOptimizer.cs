using System.Text.Json.Nodes;
using Descent.Memory;

namespace Descent.Optimizers;

/// <summary>Gives each variable an optimizer of its own choice: one for embeddings, another for the rest.</summary>
/// <remarks>
/// <para>
/// Each inner optimizer has its own learning rate, state and options for its group of variables; <see cref="Optimizer.GlobalClipNorm"/> is over the group. A group without
/// any gradient is left out of the step. The inner optimizers step together or, if one of them throws, not at all. <see cref="Optimizer.Iterations"/> counts the steps.
/// </para>
/// <para>
/// Inner optimizers of the same name are told apart as Keras does it, in the order in which they were most likely made: the default keeps its name, those of the map
/// become <c>sgd_1</c>, <c>sgd_2</c>, … in the order of their keys. A name that you gave yourself comes before those. Only an optimizer that has variables is built.
/// </para>
/// <para>A key of the map that fits no variable is no error, as in Keras, but gives a warning through <see cref="DescentLog"/>.</para>
/// </remarks>
/// <example><code>
/// var optimizer = new MultiOptimizer(new OptimizerMap(defaultOptimizer: new SGD(0.1)) { [".*/embedding/.*"] = new Adam(0.02) });
/// </code></example>
public sealed class MultiOptimizer : Optimizer
{
    private readonly OptimizerMap? _map;
    private readonly Func<Variable, Optimizer> _choose;
    private List<Group> _groups = [];
    private Group[] _groupOf = []; // each variable's
    private bool _warnedOfKeys;

    /// <summary>Chooses by the paths of variables.</summary>
    /// <param name="optimizerMap">The optimizers; their fixed loss scales are replaced by <see cref="Optimizer.LossScaleFactor"/> of this one. It cannot change any more.</param>
    /// <exception cref="ArgumentException">One of its optimizers is wrapped or built already.</exception>
    public MultiOptimizer(OptimizerMap optimizerMap)
        : base(0.0)
    {
        ArgumentNullException.ThrowIfNull(optimizerMap);
        (_map, _choose) = (optimizerMap, variable => optimizerMap[variable.Path]);
        Own([.. optimizerMap.Optimizers]);
        optimizerMap.IsTaken = true;
        _groups.AddRange(optimizerMap.Optimizers.Select(o => new Group(o)));
        TellApart(optimizerMap.Optimizers.Prepend(optimizerMap.DefaultOptimizer).Distinct());
        PassOnLossScale();
    }

    /// <summary>Chooses by a function, which a config cannot hold.</summary>
    /// <param name="optimizerOf">Gives the optimizer of a variable, once, when this one is built; the same one for several variables makes them a group.</param>
    public MultiOptimizer(Func<Variable, Optimizer> optimizerOf)
        : base(0.0)
    {
        ArgumentNullException.ThrowIfNull(optimizerOf);
        var known = new Dictionary<Variable, Optimizer>(ReferenceEqualityComparer.Instance);
        _choose = variable => known.TryGetValue(variable, out var optimizer) ? optimizer : known[variable] = optimizerOf(variable)
            ?? throw new ArgumentException($"The function of a MultiOptimizer must give an optimizer for each variable. Received: null for '{variable.Path}'.");
    }

    private MultiOptimizer(ConfigReader reader)
        : this(ReadMap(reader))
    {
        Name = reader.NullableString("name") ?? Name;
        LossScaleFactor = reader.NullableDouble("loss_scale_factor");
    }

    /// <summary>The inner optimizers: those of the map in the order of its keys, the default last; with a function, in the order of the variables, once built.</summary>
    public IReadOnlyList<Optimizer> Optimizers => [.. _groups.Select(g => g.Optimizer)];

    /// <summary>A MultiOptimizer has no learning rate of its own: use those of <see cref="Optimizers"/>.</summary>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public override LearningRate LearningRate
    {
        get => throw NoRate("read from");
        set => throw NoRate("set on");
    }

    /// <summary>The state: its own iteration and an unused learning rate, then that of each inner optimizer.</summary>
    public override IReadOnlyList<Variable> Variables => [.. base.Variables, .. _groups.SelectMany(g => g.Optimizer.Variables)];

    internal override IReadOnlyList<Optimizer> InnerOptimizers => Optimizers;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Also: two keys match a variable's path, or an inner optimizer's options contradict each other.</exception>
    public override void Build(IReadOnlyList<Variable> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        Validate();

        // Nearly all that can be wrong is found before anything is built.
        var groups = _groups.ToDictionary(g => g.Optimizer);
        var groupOf = new Group[variables.Count];
        for (var i = 0; i < groupOf.Length; i++)
        {
            ArgumentNullException.ThrowIfNull(variables[i], nameof(variables));
            var optimizer = _choose(variables[i].Whole ?? variables[i]);
            if (groups.TryGetValue(optimizer, out groupOf[i]!)) continue;
            OptimizerMap.CheckKind(optimizer);
            groups.Add(optimizer, groupOf[i] = new Group(optimizer));
        }

        Optimizer[] found = [.. groups.Keys.Except(Optimizers)];
        foreach (var optimizer in groups.Keys)
        {
            if (!IsBuilt) CheckFree(optimizer);
            ValidateNest(optimizer);
        }

        base.Build(variables);
        Own(found);
        TellApart(groups.Keys);
        (_groups, _groupOf) = ([.. groups.Values], groupOf);
        PassOnLossScale();
        try
        {
            foreach (var group in _groups)
            {
                Variable[] its = [.. variables.Where((_, i) => groupOf[i] == group)];
                group.Optimizer.Scope = Scope;
                if (its.Length > 0) group.Optimizer.Build(its);
            }
        }
        catch
        {
            Forget(); // what is inside is built together or not at all
            throw;
        }

        WarnOfUnusedKeys();
    }

    /// <summary>Replaces variables by their moving averages where an inner optimizer keeps them.</summary>
    /// <param name="variables">Variables that the optimizer was built with; of a group with averages all, in their order.</param>
    /// <exception cref="ArgumentException">A variable is unknown, or one of a group is missing; then none is changed.</exception>
    public override void FinalizeVariableValues(IReadOnlyList<Variable> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        using var transaction = new Transaction();
        foreach (var group in _groups)
            if (variables.Where(v => GroupOf(v) == group).ToArray() is { Length: > 0 } its)
                group.Optimizer.FinalizeVariableValues(its);
        transaction.Commit();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The optimizers are chosen by a function.</exception>
    public override JsonObject GetConfig()
    {
        Validate();
        if (_map is null)
            throw new InvalidOperationException($"The optimizers of '{Name}' are chosen by a function, which a config cannot hold. Use an OptimizerMap instead.");
        return new JsonObject
        {
            ["optimizer_map"] = KerasRegistry.Serialize(_map),
            ["loss_scale_factor"] = KerasJson.Float(LossScaleFactor),
            ["name"] = Name,
        };
    }

    /// <summary>Makes the optimizer from what <see cref="GetConfig"/> returned.</summary>
    /// <param name="config">The arguments under Keras' names; those of the map may stand among them, without a map around them.</param>
    /// <exception cref="ArgumentException">The map is missing, or an argument is bad or not known.</exception>
    public static MultiOptimizer FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new MultiOptimizer(reader));

    /// <inheritdoc/>
    protected override void Validate() => RefuseOptions(lossScale: false);

    internal override void Forget()
    {
        base.Forget();
        foreach (var group in _groups) group.Optimizer.Forget();
    }

    internal override bool IsFrozen(Variable variable) => GroupOf(variable).Optimizer.IsFrozen(variable);

    private protected override void PassOnLossScale()
    {
        foreach (var group in _groups) group.Optimizer.UseLossScale(LossScaleFactor);
    }

    internal override void Begin(IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables)
    {
        CheckMissing(Split(gradients, variables), gradients, variables);
        foreach (var group in _groups)
            if (group.HasGradients) group.Optimizer.Begin(group.Gradients, group.Variables);
    }

    // Groups may accumulate over different numbers of calls.
    internal override bool Updates => _groups.Exists(g => g.HasGradients && g.Optimizer.Updates);

    internal override bool CanFail => _groups.Exists(g => g.HasGradients && g.Optimizer.CanFail);

    internal override void End()
    {
        foreach (var group in _groups)
            if (group.HasGradients) group.Optimizer.End();
        CountStep();
    }

    internal override bool Perturbs => _groups.Exists(g => g.Optimizer.Perturbs);

    internal override IDisposable? PerturbWeights(IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables)
    {
        Split(gradients, variables);
        return Perturbations.Start(_groups.Where(g => g.HasGradients).Select(g => g.Optimizer.PerturbWeights(g.Gradients, g.Variables)));
    }

    // To each group its gradients, without the missing ones, which it counts.
    private int Split(IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables)
    {
        foreach (var group in _groups)
        {
            group.Gradients.Clear();
            group.Variables.Clear();
        }

        var missing = 0;
        for (var i = 0; i < gradients.Count; i++)
        {
            var group = GroupOf(variables[i]);
            if (gradients[i] is null)
            {
                missing++;
                continue;
            }

            group.Gradients.Add(gradients[i]);
            group.Variables.Add(variables[i]);
        }

        return missing;
    }

    // Mostly a key that was written for other paths, whose variables now train with the default.
    private void WarnOfUnusedKeys()
    {
        if (_warnedOfKeys || _map is null) return;
        string[] paths = [.. TrainableVariables.Union(Surroundings).Select(v => v.Path)]; // a key may be for a layer that is turned on later
        var keys = string.Join(", ", _map.Unused(paths).Select(key => $"'{key}'"));
        _warnedOfKeys = keys.Length > 0;
        if (_warnedOfKeys) DescentLog.Warn<MultiOptimizer>($"No variable of '{Name}' fits the key(s) {keys} of its OptimizerMap. The paths are: {string.Join(", ", paths.Select(path => $"'{path}'"))}.");
    }

    private Group GroupOf(Variable variable) => _groupOf[GetVariableIndex(variable)];

    private static OptimizerMap ReadMap(ConfigReader reader)
    {
        const string Map = "optimizer_map", Default = "default_optimizer";
        return reader.NullableObject(Default) is { } otherwise
            ? OptimizerMap.FromConfig(new JsonObject { [Default] = otherwise.DeepClone(), [Map] = reader.NullableObject(Map)?.DeepClone() })
            : OptimizerMap.Deserialize(reader.Object(Map));
    }

    private InvalidOperationException NoRate(string done) =>
        new($"A learning rate cannot be {done} '{Name}': a MultiOptimizer has one for each of its optimizers. Use MultiOptimizer.Optimizers[i].LearningRate.");

    private sealed class Group(Optimizer optimizer)
    {
        public Optimizer Optimizer => optimizer;

        public List<Tensor?> Gradients { get; } = [];

        public List<Variable> Variables { get; } = [];

        public bool HasGradients => Gradients.Count > 0;
    }
}
