using System.Runtime.InteropServices;
using Descent.Memory;

namespace Descent.Optimizers;

public abstract partial class Optimizer
{
    private bool _warned;
    private bool _isConstrained;
    private bool _hasOverwrites;
    private bool _followsTheRule;
    private bool _averagesInPass;
    private bool _updates;
    private double _rateOfStep;

    /// <summary>A step has begun whose gradients have passed all checks; nothing has changed yet. For those who look at gradients: they live as long as the handler runs.</summary>
    internal event StepObserver? StepBegun;

    // A step that can fail half-way is taken back whole.
    private void Step(IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables)
    {
        Begin(gradients, variables);
        StepBegun?.Invoke(this, gradients, variables);
        if (!CanFail)
        {
            End();
            return;
        }

        using var transaction = new Transaction();
        End();
        transaction.Commit();
    }

    /// <summary>The first half of a step: takes the gradients, and checks everything that can be wrong before anything changes.</summary>
    internal virtual void Begin(IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables)
    {
        var sweep = _sweep ??= CreateSweep();
        Array.Clear(sweep.Gradients);
        var missing = 0;
        _isConstrained = _hasOverwrites = _followsTheRule = false;
        _averagesInPass = IsOnePass && !LazyUpdates; // averages of rows that the pass leaves alone go on, too
        var inOrder = ReferenceEquals(variables, _variables);
        var given = gradients is Tensor?[] array ? array : gradients is List<Tensor?> list ? CollectionsMarshal.AsSpan(list) : [.. gradients];
        for (var i = 0; i < given.Length; i++)
        {
            var (gradient, variable) = (given[i], inOrder ? _variables[i] : variables[i]);
            CheckGradient(gradient, variable);
            var index = inOrder ? i : Index(variable);
            ref var place = ref sweep.Gradients[index];
            if (gradient is null) missing++;
            else if (Plan.IsFrozen(index)) continue;
            else if (place is null) place = gradient;
            else throw new ArgumentException($"Each variable can have one gradient in a step. Received: two for '{variable.Path}'. Add them up.", nameof(gradients));
            if (gradient is null) continue;
            _isConstrained |= variable.Constraint is not null;
            _averagesInPass &= variable.Trainable;
            if (variable.OverwriteWithGradient) _hasOverwrites = true;
            else _followsTheRule = true;
        }

        CheckMissing(missing, gradients, variables);
        (_rateOfStep, _updates) = (CurrentRate(), IsUpdate);
        if (_updates && _followsTheRule) Choose(sweep, _rateOfStep, Iterations + 1);
    }

    /// <summary>Whether the step that has begun updates the weights: it may only accumulate gradients.</summary>
    internal virtual bool Updates => _updates;

    /// <summary>Whether the second half of a step can fail: code of the user's runs in it, such as a constraint.</summary>
    internal virtual bool CanFail => !IsFused || _isConstrained;

    /// <summary>The second half of a step: changes variables and state.</summary>
    internal virtual void End() => Update(_sweep!, _rateOfStep);

    /// <summary>Refuses a step without any gradient, and warns once of variables without one.</summary>
    private protected void CheckMissing(int missing, IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables)
    {
        if (missing == gradients.Count)
            throw new ArgumentException($"No gradients provided for any variable of optimizer '{Name}'. Does the loss depend on them, and was it computed inside the tape?", nameof(gradients));
        if (missing > 0 && !_warned) WarnOfMissing(gradients, variables);
    }

    private void WarnOfMissing(IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables)
    {
        _warned = true;
        var paths = variables.Where((_, i) => i < gradients.Count && gradients[i] is null).Select(v => $"'{v.Path}'");
        DescentLog.Warn<Optimizer>($"Gradients do not exist for variables {string.Join(", ", paths)}; optimizer '{Name}' leaves them as they are.");
    }

    /// <summary>Checks gradients and their variables, for which the optimizer is built if it is not yet.</summary>
    private protected void Accept(IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        ArgumentNullException.ThrowIfNull(variables);
        if (gradients.Count > variables.Count)
            throw new ArgumentException($"There must be a variable for each gradient. Received: {gradients.Count} gradients, {variables.Count} variables.", nameof(gradients));
        if (!IsBuilt)
        {
            for (var i = 0; i < gradients.Count; i++) CheckGradient(gradients[i], variables[i]);
            Build(variables);
        }

        for (var i = gradients.Count; i < variables.Count; i++) Index(variables[i]);
    }

    private static void CheckGradient(Tensor? gradient, Variable variable)
    {
        ArgumentNullException.ThrowIfNull(variable, "variables");
        if (gradient is null) return;
        if (gradient.Shape != variable.Shape || gradient.DType != DType.Float32) throw BadGradient(gradient, variable);
        gradient.RequireAlive(); // throws now, not half-way through the step
    }

    // Apart, so that the check, which each variable of each step passes, stays small.
    private static ArgumentException BadGradient(Tensor gradient, Variable variable) => new(gradient.Shape != variable.Shape
        ? $"The gradient of variable '{variable.Path}' must have its shape {variable.Shape}. Received: {gradient.Shape}."
        : $"The gradient of variable '{variable.Path}' must be float32. Received: {gradient.DType.KerasName()}.");

    /// <summary>Counts a step.</summary>
    private protected void CountStep() => Increment(_iteration);

    /// <summary>Adds one to a counter.</summary>
    private protected static void Increment(Variable counter) => MemoryMarshal.Cast<float, int>(counter.Write())[0]++;
}
