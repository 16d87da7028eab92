using System.Text.Json.Nodes;

namespace Descent.Optimizers;

/// <summary>
/// An optimizer whose formula works element by element: a <see cref="IUpdateRule"/> that is run over all variables in one pass, with SIMD and threads.
/// </summary>
/// <example><code>
/// public sealed class HeavyBall(double learningRate = 0.01) : RuleOptimizer(learningRate)
/// {
///     protected override void BuildSlots() => AddSlots(["momentum"]);
///
///     protected override void Update(RuleRunner runner, double learningRate, int step) =>
///         runner.Run(new HeavyBallRule((float)learningRate, 0.9f));
/// }
/// </code></example>
public abstract class RuleOptimizer : Optimizer
{
    private readonly List<Variable[]> _slots = [];

    /// <summary>Creates an optimizer.</summary>
    /// <param name="learningRate">A number, a schedule, or <see cref="LearningRate.From"/> a function.</param>
    protected RuleOptimizer(LearningRate learningRate)
        : base(learningRate)
    {
    }

    /// <summary>Restores the common options from a config.</summary>
    /// <param name="config">What <see cref="Optimizer.GetConfig"/> returned.</param>
    /// <param name="learningRate">The rate when the config has none.</param>
    protected RuleOptimizer(JsonObject config, double learningRate = 0.001)
        : base(config, learningRate)
    {
    }

    private protected RuleOptimizer(ConfigReader reader, double learningRate)
        : base(reader, learningRate)
    {
    }

    internal sealed override bool IsFused => true;

    internal sealed override Variable[][] SweptSlots => [.. _slots];

    /// <inheritdoc/>
    public sealed override void Build(IReadOnlyList<Variable> variables)
    {
        base.Build(variables);
        _slots.Clear();
        BuildSlots();
    }

    /// <summary>Creates the state that the rule needs, by <see cref="AddSlots"/>; at most three slots in all.</summary>
    protected abstract void BuildSlots();

    /// <summary>Adds slots of state: one variable for each trainable variable and name. The rule gets them in the order in which they were added.</summary>
    /// <param name="names">What they are, such as <c>["momentum", "velocity"]</c>; they stand together in <see cref="Optimizer.Variables"/>.</param>
    /// <param name="initialValue">The value of every element.</param>
    /// <returns>The slots, one list of variables for each name, so that their first values can be set.</returns>
    protected IReadOnlyList<IReadOnlyList<Variable>> AddSlots(ReadOnlySpan<string> names, double initialValue = 0)
    {
        var slots = base.AddSlots(names, initialValue);
        _slots.AddRange(slots);
        return slots;
    }

    /// <summary>Adds a slot that is no state as a whole: it carries values from one pass of a step to the next, or the optimizer lists some of it.</summary>
    private protected Variable[] AddUnlistedSlot(string name)
    {
        var slot = CreateSlots([name])[0];
        _slots.Add(slot);
        return slot;
    }

    /// <summary>Chooses the rule of one step. Nothing has changed yet: if this throws, the step leaves weights and slots as they were.</summary>
    /// <remarks>Parameter groups with learning rates of their own have rules of their own: it is called for each rate, and must change nothing itself.</remarks>
    /// <param name="runner">Takes it: call <see cref="RuleRunner.Run"/> once. The rule runs afterwards.</param>
    /// <param name="learningRate">The rate of this step.</param>
    /// <param name="step">The number of this update, from 1.</param>
    protected abstract void Update(RuleRunner runner, double learningRate, int step);

    internal sealed override void Choose(Sweep sweep, double learningRate, int step)
    {
        sweep.Forget();
        foreach (var multiplier in Plan.RateMultipliers)
        {
            var before = sweep.RuleCount;
            Update(new RuleRunner(sweep), learningRate * multiplier, step);
            if (sweep.RuleCount != before + 1)
                throw new InvalidOperationException($"{GetType().Name}.Update must call RuleRunner.Run once. Received: {sweep.RuleCount - before} calls.");
        }
    }

    internal override void Run(Sweep sweep, double learningRate) => sweep.RunChosen();
}

/// <summary>Takes the rule that runs over all variables of a step.</summary>
public readonly struct RuleRunner
{
    private readonly Sweep _sweep;

    internal RuleRunner(Sweep sweep) => _sweep = sweep;

    /// <summary>Runs the rule once all else is ready: gradients accumulated and clipped.</summary>
    /// <typeparam name="TRule">A small readonly struct.</typeparam>
    /// <param name="rule">The formula with the constants of this step.</param>
    public void Run<TRule>(TRule rule) where TRule : struct, IUpdateRule => _sweep.Choose(rule);
}
