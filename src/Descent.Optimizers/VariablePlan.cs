using System.Runtime.InteropServices;

namespace Descent.Optimizers;

/// <summary>What holds for each variable, worked out once when an optimizer is built from its options and parameter groups.</summary>
internal sealed class VariablePlan
{
    private readonly double[] _decay;
    private readonly int[] _rateOf;
    private readonly bool[] _frozen;
    private readonly Clip[] _clips;
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

        // Loops instead of queries: a query over value types is compiled anew in every process, before its first step.
        (_rateOf, _frozen, _decay) = (new int[groupOf.Length], new bool[groupOf.Length], new double[groupOf.Length]);
        var multipliers = new List<double>();
        var clips = new List<Clip>();
        for (var i = 0; i < groupOf.Length; i++)
        {
            var group = groupOf[i];
            var multiplier = group?.LearningRateMultiplier ?? 1;
            if (!multipliers.Contains(multiplier)) multipliers.Add(multiplier);
            _rateOf[i] = multipliers.IndexOf(multiplier);
            _frozen[i] = group?.Frozen ?? false;
            var (decay, isExcluded) = decayOf(variables[i]);
            if (!isExcluded) _decay[i] = group?.WeightDecay ?? decay ?? 0;
            _decays |= _decay[i] != 0;

            var clipped = group?.Clipping is null ? null : group;
            var clip = clips.Find(c => c.Group == clipped);
            if (clip is null) clips.Add(clip = new Clip(clipped, clipped?.Clipping ?? clipping, []));
            clip.Members.Add(i);
            _needsNorms |= clip.Clipping.NeedsNorms;
        }

        RateMultipliers = multipliers.Count > 0 ? [.. multipliers] : [1];
        _clips = [.. clips];
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
        foreach (var clip in _clips)
        {
            var clipping = clip.Clipping;
            var members = CollectionsMarshal.AsSpan(clip.Members);
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

    /// <summary>Variables that are clipped together: those of a group, or all without one.</summary>
    private sealed record Clip(ParameterGroup? Group, Clipping Clipping, List<int> Members);
}
