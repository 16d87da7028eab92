namespace Descent.Optimizers;

/// <content>What a model does with its optimizer when the variables to train change.</content>
public abstract partial class Optimizer
{
    /// <summary>Variables of the model besides those that the optimizer is built with: parameter groups may be for layers that are turned on later.</summary>
    internal IReadOnlyList<Variable> Surroundings { get; private set; } = [];

    /// <summary>Takes in further variables, behind those that the optimizer knows, which keep their state. A model does so by itself when layers are turned on.</summary>
    /// <param name="variables">Variables, float32; those that the optimizer knows already are passed over.</param>
    /// <exception cref="InvalidOperationException">The optimizer is not built, or is inside of another one.</exception>
    /// <exception cref="ArgumentException">As from <see cref="Build"/>; then the optimizer is as it was.</exception>
    public void Extend(IReadOnlyList<Variable> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        if (!IsBuilt) throw new InvalidOperationException($"Optimizer '{Name}' has no variables yet. Call Build(variables) before Extend.");
        if (Owner is { } owner) throw new InvalidOperationException($"'{owner.Name}' extends '{Name}' with itself. Call its Extend(variables).");
        Extend([.. _variables, .. variables.Except(_variables)], [.. variables.Except(_variables)]);
    }

    /// <summary>Builds the optimizer for the variables of a model that are trained or, if it is built, takes in those that it does not know; what it knows keeps its state.</summary>
    /// <param name="variables">All variables of the model; the optimizer has those that it updates in their order.</param>
    /// <exception cref="ArgumentException">As from <see cref="Build"/>; then the optimizer is as it was.</exception>
    internal void BuildFor(IReadOnlyList<Variable> variables)
    {
        if (IsBuilt && variables.All(v => !v.Trainable || _indices.ContainsKey(v))) return; // as nearly always: TrainOnBatch asks at each step
        var (known, foreign) = (_variables.Where(variables.Contains).ToArray(), _variables.Except(variables).ToArray());
        if (foreign.Length > 0 && known.Length == 0) return; // the optimizer of another model: its steps say so
        foreach (var optimizer in Nest) optimizer.Surroundings = variables;
        if (!IsBuilt)
        {
            Build([.. variables.Where(v => v.Trainable)]);
            return;
        }

        Variable[] added = [.. variables.Where(v => v.Trainable).Except(known)];
        Extend([.. foreign, .. variables.Where(v => v.Trainable || known.Contains(v))], added);
    }

    private void Extend(IReadOnlyList<Variable> variables, Variable[] added)
    {
        if (added.Length == 0) return;
        var before = new Snapshot(this);
        try
        {
            Rebuild(variables, before);
            foreach (var optimizer in Nest) optimizer.StartAverages(added);
        }
        catch
        {
            Rebuild(before.Variables, before);
            throw;
        }
    }

    /// <summary>Makes the optimizer what it was at a moment if it has been built again since; values that changed in place are left to a transaction.</summary>
    internal void Return(Snapshot before)
    {
        if (!before.IsBuilt) Forget();
        else if (!before.Variables.SequenceEqual(_variables)) Rebuild(before.Variables, before);
    }

    /// <summary>Takes back that the optimizer was built; it can be built again. An override of Build that goes on with its old state is told so when it writes.</summary>
    internal virtual void Forget()
    {
        foreach (var variable in _state) variable.IsReplaced = true;
        (IsBuilt, _variables, _averages, _accumulators) = (false, [], null, null);
        _indices.Clear();
        ClearState();
    }

    private void Rebuild(IReadOnlyList<Variable> variables, Snapshot before)
    {
        Forget();
        Build(variables);
        foreach (var (optimizer, state) in before.States)
        {
            // Several state variables may have one key, as the placeholders of Adafactor; their order tells them apart.
            var places = optimizer._state.ToLookup(v => optimizer._keys[v].OfWhole);
            foreach (var old in state.GroupBy(s => s.Key.OfWhole))
                foreach (var (target, source) in places[old.Key].Zip(old)) Copy(optimizer._keys[target], target, source.Key, source.Variable);
        }
    }

    // The average of a variable that is new begins at its value, as if it had been so all along.
    private void StartAverages(Variable[] added)
    {
        if (_averages is null) return;
        foreach (var variable in added)
            if (_indices.TryGetValue(variable, out var index)) _averages[index].Assign(variable.View);
    }

    /// <summary>What a state variable is: the slot, and the variable that it belongs to, if any.</summary>
    internal sealed record StateKey(Variable? Reference, string Slot)
    {
        /// <summary>The same for the whole variable, where this is the state of a part.</summary>
        public StateKey OfWhole => Reference?.Whole is { } whole ? this with { Reference = whole } : this;
    }

    /// <summary>An optimizer and all within it as they are built: the variables, and which state belongs to them.</summary>
    internal sealed class Snapshot(Optimizer optimizer)
    {
        public bool IsBuilt { get; } = optimizer.IsBuilt;

        public Variable[] Variables { get; } = optimizer._variables;

        public IReadOnlyList<(Optimizer Optimizer, (StateKey Key, Variable Variable)[] State)> States { get; } =
            [.. optimizer.Nest.Select(o => (o, o._state.Select(v => (o._keys[v], v)).ToArray()))];
    }
}
