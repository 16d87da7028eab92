namespace Descent.Optimizers;

/// <content>An optimizer that updates a part of the elements of each variable, while others update the rest.</content>
public abstract partial class Optimizer
{
    /// <summary>Those who update the rest; null: there is nobody else.</summary>
    internal OptimizerShare? Share { get; private set; }

    /// <summary>Whether variables can be cut anywhere: a formula that needs whole tensors must have whole variables.</summary>
    internal bool WorksByElement => InnerOptimizers.Count > 0 ? InnerOptimizers.All(o => o.WorksByElement) : IsOnePass;

    /// <summary>Builds the optimizer for parts of variables, or again for whole ones; it keeps what it has of their state.</summary>
    /// <param name="variables">The parts, of which some may be empty, or the whole variables.</param>
    /// <param name="share">Those who update the rest; null for whole variables.</param>
    /// <param name="surroundings">All variables of the model, for which parameter groups may be.</param>
    internal void Divide(IReadOnlyList<Variable> variables, OptimizerShare? share, IReadOnlyList<Variable> surroundings)
    {
        var before = new Snapshot(this);
        foreach (var optimizer in Nest) (optimizer.Share, optimizer.Surroundings) = (share, surroundings);
        Rebuild(variables, before);
    }

    /// <summary>The state of variables: of which whole variable, which slot, and which of several under one name.</summary>
    internal IEnumerable<(Variable Whole, string Slot, int Number, Variable State)> NumberedState()
    {
        var numbers = new Dictionary<StateKey, int>();
        foreach (var state in _state)
        {
            var key = _keys[state].OfWhole;
            if (key.Reference is not { } whole) continue;
            var number = numbers[key] = numbers.GetValueOrDefault(key, -1) + 1;
            yield return (whole, key.Slot, number, state);
        }
    }

    // From whole to part or from part to whole, where the state has a value for each element; otherwise only what is of the same shape.
    private static void Copy(StateKey targetKey, Variable target, StateKey sourceKey, Variable source)
    {
        if (target.Shape == source.Shape && targetKey.Reference?.Shape == sourceKey.Reference?.Shape)
        {
            target.Assign(source.View);
            return;
        }

        if (targetKey.Reference is not { } to || sourceKey.Reference is not { } from || target.Shape.Size != to.Shape.Size || source.Shape.Size != from.Shape.Size) return;
        if (to.Whole is not null) source.View.Cells.Slice(to.Start, target.Shape.Size).CopyTo(target.Write());
        else source.View.Cells.CopyTo(target.Write()[from.Start..]);
    }
}
