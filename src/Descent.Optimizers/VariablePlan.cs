namespace Descent.Optimizers;

/// <summary>What holds for each variable, worked out once when an optimizer is built from its options and parameter groups.</summary>
internal sealed class VariablePlan
{
    private readonly double[] _decay;
    private readonly int[] _rateOf;
    private readonly bool[] _frozen;
    private readonly (Clipping Clipping, int[] Members)[] _clips;
    private readonly bool _needsNorms;
    private readonly bool _decays;

    /// <summary>Works it out.</summary>
    /// <param name="variables">The variables, in the optimizer's order.</param>
    /// <param name="surroundings">Variables that a group may be for, although the optimizer does not have them now.</param>
    /// <param name="groups">The parameter groups.</param>
    /// <param name="decayOf">The weight decay that the optimizer itself has for a variable, and whether it is excluded from any.</param>
    /// <param name="clipping">The optimizer's own clipping.</param>
    /// <exception cref="ArgumentException">A group has no variable.</exception>
    public VariablePlan(
        IReadOnlyList<Variable> variables, IReadOnlyList<Variable> surroundings, IReadOnlyList<ParameterGroup> groups, Func<Variable, (double? Decay, bool IsExcluded)> decayOf, Clipping clipping)
    {
        var groupOf = new ParameterGroup?[variables.Count];
        for (var i = 0; i < groupOf.Length; i++) groupOf[i] = groups.FirstOrDefault(g => g.Matches(variables[i]));
        foreach (var group in groups)
            if (!groupOf.Contains(group) && !surroundings.Except(variables).Any(group.Matches))
                throw NoVariable(group, [.. variables.Union(surroundings)]);

        RateMultipliers = [.. groupOf.Select(g => g?.LearningRateMultiplier ?? 1).Distinct()];
        if (RateMultipliers.Length == 0) RateMultipliers = [1];
        _rateOf = [.. groupOf.Select(g => Array.IndexOf(RateMultipliers, g?.LearningRateMultiplier ?? 1))];
        _frozen = [.. groupOf.Select(g => g?.Frozen ?? false)];
        _decay = [.. variables.Zip(groupOf, (v, g) => decayOf(v) is { IsExcluded: false } own ? g?.WeightDecay ?? own.Decay ?? 0 : 0)];
        _clips = [.. Enumerable.Range(0, variables.Count)
            .GroupBy(i => groupOf[i]?.Clipping is null ? null : groupOf[i])
            .Select(g => (g.Key?.Clipping ?? clipping, g.ToArray()))];
        _decays = Array.Exists(_decay, d => d != 0);
        _needsNorms = Array.Exists(_clips, c => c.Clipping.NeedsNorms);
    }

    /// <summary>The different multiples of the learning rate that variables have; at least one.</summary>
    public double[] RateMultipliers { get; }

    /// <summary>For each variable which of <see cref="RateMultipliers"/> it has.</summary>
    public ReadOnlySpan<int> RateOf => _rateOf;

    /// <summary>What the learning rate of a variable is multiplied with.</summary>
    public double RateMultiplier(int variable) => RateMultipliers[_rateOf[variable]];

    /// <summary>Whether a variable is never changed.</summary>
    public bool IsFrozen(int variable) => _frozen[variable];

    /// <summary>Sets what a pass needs to unscale, clip and decay on its way.</summary>
    /// <param name="sweep">Holds the gradients.</param>
    /// <param name="unscale">What gradients are multiplied with before they are clipped.</param>
    /// <param name="learningRate">The rate of this step.</param>
    public void Prepare(Sweep sweep, double unscale, double learningRate)
    {
        sweep.Scale.AsSpan().Fill((float)unscale);
        var sums = _needsNorms ? sweep.SumsOfSquares((float)unscale) : [];
        foreach (var (clipping, members) in _clips)
        {
            if (clipping.NeedsNorms) clipping.Apply(members, sums, sweep.Scale);
            if (clipping.Value is > 0 and var value)
                foreach (var i in members) sweep.Limit[i] = (float)value;
        }

        for (var i = 0; _decays && i < _decay.Length; i++) sweep.Decay[i] = (float)(_decay[i] * (learningRate * RateMultiplier(i)));
    }

    private static ArgumentException NoVariable(ParameterGroup group, IReadOnlyList<Variable> variables)
    {
        var paths = string.Join(", ", variables.Select(v => $"'{v.Path}'"));
        return new(variables.Any(group.Matches)
            ? $"ParameterGroup '{group.Pattern}' must have a variable. Received: groups before it that take all it matches. Put it before them."
            : $"ParameterGroup '{group.Pattern}' must match the path of a variable. Received: {(paths.Length > 0 ? paths : "no variables")}.");
    }
}
