using Descent.Memory;

namespace Descent.Optimizers;

public abstract partial class Optimizer
{
    private const string InOrder = "Build the optimizer with the variables in the order that it had when the state was taken.";
    private readonly List<Variable> _state = [];
    private readonly Dictionary<Variable, StateKey> _keys = new(ReferenceEqualityComparer.Instance);
    private Variable[] _variables = [];
    private Variable[]? _averages;
    private Variable[]? _accumulators;

    /// <summary>
    /// The state, in Keras' order and under Keras' paths: iteration, learning rate (unless it comes from a schedule), moving averages, gradient
    /// accumulators, then the optimizer's own.
    /// </summary>
    public virtual IReadOnlyList<Variable> Variables => [.. Counters, .. _state];

    /// <summary>The state of this optimizer and all within it as it is before they are built.</summary>
    internal IEnumerable<Variable> FirstVariables => Nest.SelectMany(o => o.Counters);

    /// <summary>Those of <see cref="Variables"/> that Keras does not list, and so does not save: inside a <see cref="LossScaleOptimizer"/> it overlooks <see cref="Attributes"/>.</summary>
    internal virtual IReadOnlyList<Variable> Unsaved => [];

    /// <summary>The state that Keras finds only because it is an attribute of the optimizer.</summary>
    internal virtual IEnumerable<Variable> Attributes => [];

    /// <summary>Takes over a state, so that training goes on from there bit for bit.</summary>
    /// <param name="state">The <see cref="Variables"/> of an optimizer of the same kind and options, or variables of the same paths, shapes and types in the same order.</param>
    /// <exception cref="InvalidOperationException">The optimizer is not built, so that it has no state yet.</exception>
    /// <exception cref="ArgumentException">Number, order, a path, shape or type differs; then nothing is changed.</exception>
    public void LoadState(IReadOnlyList<Variable> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (!IsBuilt)
            throw new InvalidOperationException($"Optimizer '{Name}' has no state yet. Call Build(variables) before LoadState.");
        var own = Variables;
        for (var i = 0; i < Math.Min(own.Count, state.Count); i++)
        {
            ArgumentNullException.ThrowIfNull(state[i], nameof(state));
            if (own[i].Path != state[i].Path)
                throw new ArgumentException($"Variable {i} of the state of optimizer '{Name}' must be '{own[i].Path}'. Received: '{state[i].Path}'{(own.Any(v => v.Path == state[i].Path) ? $", which belongs elsewhere. {InOrder}" : ".")}", nameof(state));
            if (own[i].Subject is { } subject && state[i].Subject is { } other && subject != other)
                throw new ArgumentException($"Variable {i} of the state of optimizer '{Name}' belongs to '{subject}'. Received: '{state[i].Path}' of '{other}'. {InOrder}", nameof(state));
            if (own[i].Shape != state[i].Shape || own[i].DType != state[i].DType)
                throw new ArgumentException($"Variable {i} of the state, '{own[i].Path}', must have shape {own[i].Shape} and type {own[i].DType.KerasName()}. Received: shape {state[i].Shape}, type {state[i].DType.KerasName()}.", nameof(state));
        }

        if (own.Count != state.Count)
            throw new ArgumentException($"The state of optimizer '{Name}' must have {own.Count} variables. Received: {state.Count}.", nameof(state));
        for (var i = 0; i < own.Count; i++) own[i].Assign(state[i].View);
    }

    /// <summary>Works out <see cref="Attributes"/> from the rest of a state, which was saved without them.</summary>
    internal virtual void RestoreAttributes()
    {
    }

    /// <summary>What the paths of the state begin with: the optimizer that wraps this one, and a slash.</summary>
    internal string Scope { get; set; } = "";

    /// <summary>The state besides iteration and learning rate.</summary>
    private protected IReadOnlyList<Variable> State => _state;

    /// <summary>Adds a variable to the state: of the shape of another, and called by it.</summary>
    /// <param name="reference">The variable that it belongs to.</param>
    /// <param name="name">What it is, such as <c>"momentum"</c>: its path is <c>optimizer/dense_kernel_momentum</c>.</param>
    /// <param name="initialValue">The value of every element.</param>
    protected Variable AddVariableFromReference(Variable reference, string name, double initialValue = 0)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return AddVariable(StatePath(reference, name), Tensor.Full(reference.Shape, (float)initialValue), new StateKey(reference, name));
    }

    /// <summary>Adds a variable to the state that belongs to no other.</summary>
    /// <param name="name">Its name; the path is <c>optimizer/name</c>.</param>
    /// <param name="value">Its first value.</param>
    protected Variable AddVariable(string name, Tensor value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return AddVariable(name, value, new StateKey(null, name));
    }

    /// <summary>Adds a variable to the state that belongs to another but has not its shape, or not its name.</summary>
    internal Variable AddVariable(string name, Tensor value, StateKey key)
    {
        var variable = new Variable(Scope + PathOf(name), value, trainable: false);
        Know(variable, key);
        List(variable);
        return variable;
    }

    /// <summary>The position of a variable among those that the optimizer was built with.</summary>
    /// <param name="variable">The variable.</param>
    /// <exception cref="ArgumentException">The optimizer does not know it.</exception>
    protected int GetVariableIndex(Variable variable) => Index(variable);

    /// <summary>Sets a variable.</summary>
    /// <param name="variable">A weight, or one of the optimizer's own.</param>
    /// <param name="value">A tensor of its shape.</param>
    protected static void Assign(Variable variable, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(variable);
        variable.Assign(value);
    }

    /// <summary>Adds to a variable.</summary>
    /// <param name="variable">A weight, or one of the optimizer's own.</param>
    /// <param name="value">A tensor that broadcasts to its shape.</param>
    protected static void AssignAdd(Variable variable, Tensor value) => Assign(variable, variable + value);

    /// <summary>Subtracts from a variable.</summary>
    /// <param name="variable">A weight, or one of the optimizer's own.</param>
    /// <param name="value">A tensor that broadcasts to its shape.</param>
    protected static void AssignSub(Variable variable, Tensor value) => Assign(variable, variable - value);

    /// <summary>One state variable for each variable, side by side in one buffer, called by the given name.</summary>
    internal Variable[] AddSlot(string name, bool evenIfOverwritten = false) => AddSlots([name], 0, evenIfOverwritten)[0];

    /// <summary>Slots that stand together in the state: all of one variable's before those of the next.</summary>
    internal Variable[][] AddSlots(ReadOnlySpan<string> names, double initialValue = 0, bool evenIfOverwritten = false)
    {
        var slots = CreateSlots(names, initialValue);

        // Variables that take their gradient as it is use their accumulators alone, and Keras does not list the others.
        for (var i = 0; i < _variables.Length; i++)
            foreach (var slot in slots)
                if (evenIfOverwritten || !_variables[i].OverwriteWithGradient)
                    List(slot[i]);
        return slots;
    }

    /// <summary>Slots that <see cref="Variables"/> does not list.</summary>
    internal Variable[][] CreateSlots(ReadOnlySpan<string> names, double initialValue = 0)
    {
        var slots = new Variable[names.Length][];
        for (var s = 0; s < names.Length; s++)
        {
            slots[s] = new Variable[_variables.Length];
            var cells = 0; // each variable's part starts on a cache line
            foreach (var variable in _variables) cells = checked(cells + AlignedMemory.RoundUp(variable.Shape.Size));
            var (buffer, offset) = AlignedMemory.Allocate(cells);
            buffer.AsSpan().Fill((float)initialValue);
            for (var i = 0; i < _variables.Length; i++)
            {
                var length = _variables[i].Shape.Size;
                slots[s][i] = Variable.Wrap(Scope + PathOf(SlotName(i, names[s])), buffer.AsMemory(offset, length), _variables[i].Shape, trainable: false);
                Know(slots[s][i], new StateKey(_variables[i], names[s]));
                offset += AlignedMemory.RoundUp(length);
            }
        }

        return slots;
    }

    /// <summary>Lists a variable of a slot among the state.</summary>
    internal void List(Variable variable) => _state.Add(variable);

    private IEnumerable<Variable> Counters => _learningRate is null ? [_iteration] : [_iteration, _learningRate];

    private void Know(Variable variable, StateKey key)
    {
        _keys.Add(variable, key);
        variable.Subject = key.Reference?.Path;
    }

    private void ClearState()
    {
        _state.Clear();
        _keys.Clear();
    }

    /// <summary>The path of the number of steps, which no scope comes before.</summary>
    private protected virtual string IterationPath => PathOf("iteration");

    /// <summary>The path of a state variable: <c>optimizer/name</c>.</summary>
    private protected virtual string PathOf(string name) => $"{Name}/{name}";

    /// <summary>What the part of a slot is called that belongs to the variable at a position: <c>dense_kernel_momentum</c>.</summary>
    private protected virtual string SlotName(int index, string slot) => StatePath(_variables[index], slot);

    private static string StatePath(Variable reference, string name) => $"{reference.Path.Replace('/', '_')}_{name}";

    private int Index(Variable variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return _indices.TryGetValue(variable, out var index) ? index : throw new ArgumentException(
            $"Unknown variable '{variable.Path}': optimizer '{Name}' was built with {_variables.Length} other variable(s). Take it in with Extend(variables), or create a new optimizer for another set of variables.");
    }
}
