using System.Text.Json.Nodes;

namespace Descent.Optimizers;

/// <summary>An optimizer around another one, which updates the variables and has all options: learning rate, clipping, decay, accumulation, averaging.</summary>
/// <remarks>
/// <para>
/// Wrappers nest. Gradients travel from the outermost to the innermost, each wrapper doing its work on them on the way; weights are worked on from the innermost out,
/// during a step and by <see cref="FinalizeVariableValues"/>. A <see cref="LossScaleOptimizer"/> must be the outermost, and no kind of wrapper can be inside itself.
/// </para>
/// <para>An inner optimizer belongs to one wrapper, which builds it: from the constructor on, even if an option in the braces behind that is then rejected.</para>
/// </remarks>
public abstract class WrapperOptimizer : Optimizer
{
    private Sweep? _following;

    /// <summary>Wraps an optimizer.</summary>
    /// <param name="innerOptimizer">The optimizer that updates the variables.</param>
    /// <exception cref="ArgumentException">It is wrapped or built already, a <see cref="LossScaleOptimizer"/>, or has one of this kind inside.</exception>
    private protected WrapperOptimizer(Optimizer innerOptimizer)
        : base(0.0)
    {
        ArgumentNullException.ThrowIfNull(innerOptimizer);
        foreach (var inner in innerOptimizer.Nest)
        {
            if (inner.GetType() == GetType())
                throw new ArgumentException($"The inner optimizer of a {GetType().Name} must be another kind of optimizer. Received: a {GetType().Name}{(inner == innerOptimizer ? "" : $" inside of '{innerOptimizer.Name}'")}.", nameof(innerOptimizer));
            if (inner is LossScaleOptimizer)
                throw new ArgumentException($"A LossScaleOptimizer must be the outermost optimizer. Received: one inside of a {GetType().Name}. Wrap the {GetType().Name} in it instead.", nameof(innerOptimizer));
        }

        Own([innerOptimizer]);
        InnerOptimizer = innerOptimizer;
    }

    private protected WrapperOptimizer(ConfigReader reader)
        : this(Deserialize(reader.Object("inner_optimizer")))
        => Name = reader.NullableString("name") ?? Name;

    /// <summary>The optimizer that updates the variables.</summary>
    public Optimizer InnerOptimizer { get; }

    /// <inheritdoc/>
    public override LearningRate LearningRate
    {
        get => InnerOptimizer.LearningRate;
        set => InnerOptimizer.LearningRate = value;
    }

    internal override double BaseRate => InnerOptimizer.BaseRate;

    /// <inheritdoc/>
    public override int Iterations => InnerOptimizer.Iterations;

    internal override int CallsPerUpdate => InnerOptimizer.CallsPerUpdate;

    internal override int CallsSinceUpdate => InnerOptimizer.CallsSinceUpdate;

    /// <summary>The state: the wrapper's own, then that of the inner optimizer.</summary>
    public override IReadOnlyList<Variable> Variables => [.. base.Variables, .. InnerOptimizer.Variables];

    internal sealed override IReadOnlyList<Optimizer> InnerOptimizers => [InnerOptimizer];

    /// <inheritdoc/>
    public sealed override void Build(IReadOnlyList<Variable> variables)
    {
        // The inner optimizer comes first: if it cannot be built, this one is not either.
        Validate();
        InnerOptimizer.Scope = $"{Scope}{Name}/";
        InnerOptimizer.Build(variables);
        base.Build(variables);
        BuildState();
    }

    /// <inheritdoc/>
    public override Tensor ScaleLoss(Tensor loss) => InnerOptimizer.ScaleLoss(loss);

    /// <inheritdoc/>
    public override void FinalizeVariableValues(IReadOnlyList<Variable> variables) => InnerOptimizer.FinalizeVariableValues(variables);

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        Validate();
        return new JsonObject { ["name"] = Name, ["inner_optimizer"] = InnerOptimizer.Serialize() };
    }

    /// <inheritdoc/>
    protected sealed override void Validate() => RefuseOptions();

    /// <summary>Creates the wrapper's own state.</summary>
    private protected virtual void BuildState()
    {
    }

    /// <summary>Works on the weights after each update of the inner optimizer.</summary>
    private protected virtual void AfterUpdate()
    {
    }

    /// <summary>Counts an update, in the wrapper's own iterations: inner ones may count calls, or nothing.</summary>
    /// <returns>Its number, from 1.</returns>
    private protected int NextUpdate()
    {
        CountStep();
        return Calls;
    }

    /// <summary>Adds a slot of the wrapper's own that begins with the values of the variables.</summary>
    private protected Variable[] AddCopies(string name)
    {
        var copies = AddSlot(name);
        for (var i = 0; i < copies.Length; i++) copies[i].Assign(TrainableVariables[i]);
        _following = new Sweep([.. TrainableVariables], [copies]);
        return copies;
    }

    /// <summary>Has the copies follow the variables.</summary>
    /// <param name="share">How far, from 0 to 1.</param>
    /// <param name="setBack">Whether the variables then take the copies' values.</param>
    private protected void Follow(double share, bool setBack)
    {
        for (var i = 0; i < TrainableVariables.Count; i++)
            _following!.Gradients[i] = IsTrained(TrainableVariables[i]) ? TrainableVariables[i].View : null;
        _following!.Scale.AsSpan().Fill(1f);
        _following.Run(new FollowRule((float)share, setBack));
        Array.Clear(_following.Gradients);
    }

    /// <summary>Whether steps follow the gradient of a variable.</summary>
    private protected bool IsTrained(Variable variable) => variable is { Trainable: true, OverwriteWithGradient: false } && !IsFrozen(variable);

    internal override void Forget()
    {
        base.Forget();
        InnerOptimizer.Forget();
    }

    internal override bool IsFrozen(Variable variable) => InnerOptimizer.IsFrozen(variable);

    internal override bool Updates => InnerOptimizer.Updates;

    internal override bool Perturbs => InnerOptimizer.Perturbs;

    internal override IDisposable? PerturbWeights(IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables) => InnerOptimizer.PerturbWeights(gradients, variables);

    internal override void UseLossScale(double? factor) => InnerOptimizer.UseLossScale(factor);

    internal override void Begin(IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables) => InnerOptimizer.Begin(gradients, variables);

    internal override bool CanFail => InnerOptimizer.CanFail;

    internal override void End()
    {
        InnerOptimizer.End();
        if (InnerOptimizer.Updates) AfterUpdate();
    }
}
