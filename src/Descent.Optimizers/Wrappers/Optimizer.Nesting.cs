namespace Descent.Optimizers;

/// <content>What an optimizer must know to stand inside another, or around others.</content>
public abstract partial class Optimizer
{
    /// <summary>The optimizer that drives this one, if any.</summary>
    internal Optimizer? Owner { get; private set; }

    /// <summary>The optimizers that this one drives; none for one that updates variables by itself.</summary>
    internal virtual IReadOnlyList<Optimizer> InnerOptimizers => [];

    /// <summary>This optimizer and all within it, outermost first.</summary>
    internal IEnumerable<Optimizer> Nest => InnerOptimizers.SelectMany(o => o.Nest).Prepend(this);

    /// <summary>Those of this nest that have a learning rate of their own: this optimizer, or the innermost ones.</summary>
    internal IEnumerable<Optimizer> RateHolders => Nest.Where(o => o.InnerOptimizers.Count == 0);

    /// <summary>Whether a step wants gradients at other weights first.</summary>
    internal virtual bool Perturbs => false;

    /// <summary>Moves weights to where the gradients of a step shall be taken.</summary>
    /// <param name="gradients">The gradients at the weights as they are.</param>
    /// <param name="variables">Their variables.</param>
    /// <returns>Puts the weights back when it is disposed; null if they stay where they are, and the gradients can be applied.</returns>
    internal virtual IDisposable? PerturbWeights(IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables) => null;

    /// <summary>Whether a variable is never changed.</summary>
    internal virtual bool IsFrozen(Variable variable) => Plan.IsFrozen(Index(variable));

    /// <summary>What the optimizer around this one has multiplied the loss of this step with; gradients are divided by it.</summary>
    internal double OuterLossScale { get; private set; } = 1;

    /// <summary>Tells this optimizer, and all within it, the loss scale of this step.</summary>
    private protected static void ScaleFor(Optimizer optimizer, double scale)
    {
        optimizer.OuterLossScale = scale;
        foreach (var inner in optimizer.InnerOptimizers) ScaleFor(inner, scale);
    }

    /// <summary>Takes the loss scale of the optimizer around this one in place of its own.</summary>
    internal virtual void UseLossScale(double? factor)
    {
        _lossScaleFactor = factor;
        PassOnLossScale();
    }

    /// <summary>Hands the loss scale to the optimizers inside, which divide by it.</summary>
    private protected virtual void PassOnLossScale()
    {
    }

    /// <summary>Takes optimizers that nobody else uses, or none of them.</summary>
    /// <exception cref="ArgumentException">One of them is wrapped or built already.</exception>
    private protected void Own(IReadOnlyCollection<Optimizer> optimizers)
    {
        foreach (var optimizer in optimizers) CheckFree(optimizer);
        foreach (var optimizer in optimizers)
        {
            optimizer.Owner = this;
            foreach (var one in optimizer.Nest) one.Share = Share;
            optimizer.Rename(optimizer.Name); // paths may have the name in them from now on
        }
    }

    /// <summary>Refuses an optimizer that has another owner, or was used by itself.</summary>
    private protected void CheckFree(Optimizer optimizer)
    {
        if (optimizer.Owner is { } owner && owner != this)
            throw new ArgumentException($"An optimizer can be wrapped once. Received: '{optimizer.Name}', which belongs to '{owner.Name}' already. Create another one for {GetType().Name}.");
        if (optimizer.IsBuilt)
            throw new ArgumentException($"An optimizer must be wrapped before it is built. Received: '{optimizer.Name}', built on {optimizer._variables.Length} variable(s). Create another one for {GetType().Name}.");
    }

    /// <summary>Gives the optimizer another name before it is built.</summary>
    internal void Rename(string name)
    {
        _name = name;
        _iteration.Path = IterationPath;
        if (_learningRate is not null) _learningRate.Path = _name + "/learning_rate";
    }

    /// <summary>Gives optimizers, and those within them, names of their own: their states must not have the same paths.</summary>
    /// <remarks>Those that were named come first: a name that was chosen stays.</remarks>
    private protected static void TellApart(IEnumerable<Optimizer> optimizers)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var optimizer in optimizers.SelectMany(o => o.Nest).OrderBy(o => o.Name == o.DefaultName))
        {
            var name = optimizer.Name;
            for (var i = 1; !taken.Add(name); i++) name = $"{optimizer.Name}_{i}";
            if (name != optimizer.Name) optimizer.Rename(name);
        }
    }

    /// <summary>Checks the options of an optimizer and of all within it.</summary>
    private protected static void ValidateNest(Optimizer optimizer)
    {
        foreach (var one in optimizer.Nest) one.Validate();
    }

    /// <summary>Refuses options that the optimizers inside must have instead: here they would do nothing.</summary>
    /// <param name="lossScale">Whether the loss scale is among them.</param>
    /// <exception cref="ArgumentException">One is set.</exception>
    private protected void RefuseOptions(bool lossScale = true)
    {
        (string Name, bool IsSet)[] options =
        [
            (nameof(WeightDecay), WeightDecay is not null), (nameof(ExcludeFromWeightDecay), _undecayed.Count + _undecayedPaths.Count + _undecayedNames.Length > 0),
            (nameof(ClipNorm), ClipNorm is not null), (nameof(GlobalClipNorm), GlobalClipNorm is not null), (nameof(ClipValue), ClipValue is not null),
            (nameof(UseEma), UseEma), (nameof(EmaOverwriteFrequency), EmaOverwriteFrequency is not null), (nameof(ParameterGroups), ParameterGroups.Count > 0),
            (nameof(LossScaleFactor), lossScale && LossScaleFactor is not null), (nameof(GradientAccumulationSteps), GradientAccumulationSteps is not null),
            (nameof(LazyUpdates), LazyUpdates),
        ];
        string[] set = [.. options.Where(o => o.IsSet).Select(o => o.Name)];
        if (set.Length > 0)
            throw new ArgumentException($"Options of {GetType().Name} must be left to the inner optimizer. Received: {string.Join(", ", set)}. Set it there.");
    }
}
