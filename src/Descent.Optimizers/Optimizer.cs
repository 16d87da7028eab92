using Descent.Memory;
using Descent.Optimizers.Schedules;

namespace Descent.Optimizers;

/// <summary>
/// Updates variables from their gradients. Every optimizer has the options on this page; its own stand on its class.
/// </summary>
/// <remarks>
/// <para>
/// A step goes in Keras' order: variables with <see cref="Variable.OverwriteWithGradient"/> take their gradient; gradients are divided by <see cref="LossScaleFactor"/>,
/// accumulated, clipped; weights decay; the optimizer's own formula; moving averages; constraints; <see cref="Iterations"/> grows by one. A step that throws changes nothing.
/// A NaN or infinity in a gradient is no error: it spreads to the weight and state of its element, with <see cref="ClipNorm"/> it can spread to its variable and with
/// <see cref="GlobalClipNorm"/> to all of them.
/// </para>
/// <para>
/// To write your own, derive from <see cref="RuleOptimizer"/> if the formula works element by element: it is then as fast as the built-in ones. Otherwise derive from this
/// class, override <see cref="Build"/>, <see cref="UpdateStep"/> and <see cref="GetConfig"/>, add a static <c>FromConfig</c>, and <see cref="Register{T}"/> it.
/// </para>
/// </remarks>
public abstract partial class Optimizer : IKerasSerializable
{
    private readonly Variable _iteration;
    private readonly Dictionary<Variable, int> _indices = new(ReferenceEqualityComparer.Instance);
    private Variable? _learningRate;
    private LearningRate _rate;
    private string _name;

    /// <summary>Creates an optimizer.</summary>
    /// <param name="learningRate">A number, a schedule, or <see cref="LearningRate.From"/> a function.</param>
    protected Optimizer(LearningRate learningRate)
    {
        _name = DefaultName;
        _iteration = new Variable(_name + "/iteration", Tensor.From([0], Shape.Scalar), trainable: false);
        SetRate(learningRate);
    }

    /// <summary>The name; variables of the optimizer are called by it. Default: that of the class, in snake case.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public string Name
    {
        get => _name;
        init => Rename(string.IsNullOrEmpty(value) ? throw new ArgumentException("An optimizer's name must not be empty.", nameof(value)) : Option(value));
    }

    /// <summary>
    /// The learning rate. Read, it gives the rate of the next step as <see cref="LearningRate.Value"/>, rounded to float32 as Keras keeps it. It can be set between steps.
    /// </summary>
    /// <exception cref="InvalidOperationException">A number is set, but the rate comes from a schedule or function.</exception>
    public virtual LearningRate LearningRate
    {
        get => _rate.At(CurrentRate());
        set
        {
            if (_learningRate is null && value is { Schedule: null, Function: null })
                throw new InvalidOperationException($"The learning rate of '{Name}' comes from a {(_rate.Schedule is null ? "function" : "schedule")} and cannot be set to a number. Received: {value}. Set another schedule, or create the optimizer with a number.");
            SetRate(value);
        }
    }

    /// <summary>The number of steps taken; with gradient accumulation, of updates.</summary>
    public virtual int Iterations => Calls / CallsPerUpdate;

    /// <summary>The variables that the optimizer updates, in the order of gradients; empty before <see cref="Build"/>.</summary>
    public IReadOnlyList<Variable> TrainableVariables => _variables;

    /// <summary>Whether the state exists.</summary>
    public bool IsBuilt { get; private set; }

    /// <summary>The name unless another is given.</summary>
    private string DefaultName => KerasNames.ToSnakeCase(GetType().Name);

    /// <summary>The state that counts the steps.</summary>
    private protected Variable Iteration => _iteration;

    /// <summary>Whether a step adds to <see cref="Iterations"/>.</summary>
    private protected virtual bool CountsSteps => true;

    /// <summary>Over how many calls gradients are accumulated before an update; 1 without accumulation.</summary>
    internal virtual int CallsPerUpdate => GradientAccumulationSteps is > 1 and var n ? n : 1;

    /// <summary>How many calls have accumulated gradients since the last update.</summary>
    internal virtual int CallsSinceUpdate => Calls % CallsPerUpdate;

    private protected int Calls => _iteration.View.Ints[0];

    /// <summary>Creates the state for variables. The first <see cref="Apply(IReadOnlyList{Tensor}, IReadOnlyList{Variable})"/> does it otherwise.</summary>
    /// <remarks>
    /// A model builds its optimizer again, for all variables, when layers are turned on, and after a range test; it then restores what the optimizer knew: an override must begin
    /// with empty lists of its own. One that does not is found out by the next step, which throws.
    /// </remarks>
    /// <param name="variables">The variables to update, float32, in the order in which gradients will come.</param>
    /// <exception cref="ArgumentException">Options contradict each other, or a variable appears twice or is not float32.</exception>
    /// <exception cref="InvalidOperationException">The optimizer is built already.</exception>
    public virtual void Build(IReadOnlyList<Variable> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        Validate();
        if (IsBuilt)
            throw new InvalidOperationException($"Optimizer '{Name}' is built already, on {_variables.Length} variable(s). Create a new optimizer for another set of variables.");
        _indices.Clear();
        foreach (var variable in variables)
        {
            ArgumentNullException.ThrowIfNull(variable, nameof(variables));
            if (variable.DType != DType.Float32)
                throw new ArgumentException($"Optimizers update float32 variables. Received: '{variable.Path}' of {variable.DType.KerasName()}.", nameof(variables));
            if (!_indices.TryAdd(variable, _indices.Count))
                throw new ArgumentException($"Each variable can be given once. Received: '{variable.Path}' twice.", nameof(variables));
        }

        Plan = new VariablePlan(variables, Surroundings, ParameterGroups, v => (WeightDecayOf(v), IsExcluded(v)), Clipping);
        _variables = [.. variables];
        (_sweep, _averaging, _accumulation, _prepared) = (null, null, null, null);
        ClearState();
        if (UseEma) _averages = AddSlot("average");
        if (GradientAccumulationSteps is > 1) _accumulators = AddSlot("gradient_accumulator", evenIfOverwritten: true);
        IsBuilt = true;
    }

    /// <summary>Takes one step with gradients in the order of the variables that the optimizer was built with.</summary>
    /// <param name="gradients">One per variable; <see langword="null"/> leaves the variable out of this step. None at all: nothing happens.</param>
    /// <exception cref="InvalidOperationException">The optimizer is not built.</exception>
    /// <exception cref="ArgumentException">The number of gradients differs from that of the variables, shapes differ, or all are <see langword="null"/>.</exception>
    public void Apply(IReadOnlyList<Tensor?> gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        if (gradients.Count == 0) return;
        if (!IsBuilt)
            throw new InvalidOperationException($"Optimizer '{Name}' does not know its variables yet. Pass them to Apply, or call Build(variables) first.");
        if (gradients.Count != _variables.Length)
            throw new ArgumentException($"There must be one gradient for each of the {_variables.Length} variables of optimizer '{Name}'. Received: {gradients.Count}.", nameof(gradients));
        Step(gradients, _variables);
    }

    /// <summary>Takes one step.</summary>
    /// <param name="gradients">Gradients; <see langword="null"/> leaves the variable out of this step. None at all: nothing happens.</param>
    /// <param name="variables">Their variables. The first call builds the state for them; trailing ones without a gradient are left alone.</param>
    /// <exception cref="ArgumentException">There are more gradients than variables, shapes differ, all gradients are <see langword="null"/>, or a variable is unknown.</exception>
    public void Apply(IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        if (gradients.Count == 0) return;
        Accept(gradients, variables);
        Step(gradients, variables);
    }

    /// <summary>Takes one step with pairs of gradients and variables, as Keras' <c>apply_gradients</c>.</summary>
    /// <param name="gradientsAndVariables">The pairs; a <see langword="null"/> gradient leaves its variable out.</param>
    public void ApplyGradients(IEnumerable<(Tensor? Gradient, Variable Variable)> gradientsAndVariables)
    {
        ArgumentNullException.ThrowIfNull(gradientsAndVariables);
        var pairs = gradientsAndVariables.ToArray();
        Apply([.. pairs.Select(p => p.Gradient)], [.. pairs.Select(p => p.Variable)]);
    }

    /// <summary>Updates one variable: the formula of an optimizer that works on whole tensors. Called once per variable and step.</summary>
    /// <param name="gradient">The gradient, unscaled and clipped.</param>
    /// <param name="variable">The variable; change it with <see cref="Assign"/>, <see cref="AssignAdd"/> and <see cref="AssignSub"/>.</param>
    /// <param name="learningRate">The rate of this step.</param>
    public virtual void UpdateStep(Tensor gradient, Variable variable, double learningRate) =>
        throw new NotSupportedException($"{GetType().Name} must override UpdateStep, or derive from RuleOptimizer.");

    /// <summary>A loss multiplied by <see cref="LossScaleFactor"/>, so that small gradients survive; the step divides by it.</summary>
    /// <param name="loss">The loss.</param>
    public virtual Tensor ScaleLoss(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return LossScaleFactor is { } factor ? loss * (float)factor : loss;
    }

    /// <summary>Replaces variables by their moving averages if <see cref="UseEma"/> is on: the end of training.</summary>
    /// <param name="variables">The variables that the optimizer was built with, in their order.</param>
    /// <exception cref="ArgumentException">Their number or a shape differs; then none is changed.</exception>
    public virtual void FinalizeVariableValues(IReadOnlyList<Variable> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        if (!UseEma) return;
        if (variables.Count != (_averages?.Length ?? 0))
            throw new ArgumentException($"There must be one variable for each of the {_averages?.Length ?? 0} moving averages of optimizer '{Name}'. Received: {variables.Count}.", nameof(variables));
        using var transaction = new Transaction();
        for (var i = 0; i < variables.Count; i++)
            if (IsAveraged(i))
                variables[i].Assign(_averages![i].View);
        transaction.Commit();
    }

    /// <summary>The rate that was set, where <see cref="LearningRate"/> gives what the optimizer has made of it since by a decay of its own.</summary>
    internal virtual double BaseRate => LearningRate.Value;

    /// <summary>The rate of the next step.</summary>
    private protected virtual double CurrentRate() =>
        _rate.Schedule is { } schedule ? LearningRate.Finite(schedule.At(schedule.Counts == StepCount.Updates ? Iterations : Calls))
        : _rate.Function is { } function ? LearningRate.Finite(function())
        : _learningRate!.View.Floats[0];

    private void SetRate(LearningRate rate)
    {
        _rate = rate;
        if (rate is { Schedule: null, Function: null })
        {
            _learningRate ??= new Variable(_name + "/learning_rate", Tensor.Scalar(0f), trainable: false);
            _learningRate.Write()[0] = (float)rate.Value;
        }
        else
        {
            _learningRate = null;
        }
    }
}
