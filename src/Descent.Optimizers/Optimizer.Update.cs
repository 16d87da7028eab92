namespace Descent.Optimizers;

public abstract partial class Optimizer
{
    private Sweep? _sweep;
    private Sweep? _averaging;
    private Sweep? _accumulation;
    private Variable[]? _prepared;

    /// <summary>What holds for each variable; there is one once the optimizer is built.</summary>
    internal VariablePlan Plan { get; private set; } = null!;

    /// <summary>Whether an update cannot fail half-way.</summary>
    internal virtual bool IsFused => false;

    /// <summary>Whether variables have their new values after the one pass of the sweep, so that it can average them too.</summary>
    internal virtual bool IsOnePass => IsFused;

    /// <summary>The slots that the pass over all variables works on.</summary>
    internal virtual Variable[][] SweptSlots => [_prepared ??= CreateSlots(["gradient"])[0]];

    /// <summary>Chooses the rule of an update, before anything changes: code of a derived class may throw here.</summary>
    /// <param name="sweep">Takes the rule.</param>
    /// <param name="learningRate">The rate of this step.</param>
    /// <param name="step">The number of this update, from 1.</param>
    internal virtual void Choose(Sweep sweep, double learningRate, int step)
    {
    }

    /// <summary>Runs the formula over all variables that have a gradient in the sweep.</summary>
    /// <param name="sweep">Holds the gradients and what happens to them on the way.</param>
    /// <param name="learningRate">The rate of this step.</param>
    internal virtual void Run(Sweep sweep, double learningRate)
    {
        // An optimizer that works on whole tensors gets its prepared gradients first.
        sweep.Run(default(PrepareRule));
        for (var i = 0; i < _variables.Length; i++)
            if (sweep.Gradients[i] is { Length: > 0 })
                UpdateStep(Prepared(i), _variables[i], learningRate * Plan.RateMultiplier(i));
    }

    // A tensor of its own: an UpdateStep may keep it, and the next step prepares another.
    private Tensor Prepared(int index)
    {
        var gradient = Tensor.New(_variables[index].Shape);
        _prepared![index].View.Cells.CopyTo(gradient.Cells);
        return gradient;
    }

    private Sweep CreateSweep() => new(_variables, SweptSlots, Plan) { IsLazy = LazyUpdates, Share = Share };

    // Whether this call updates, or only accumulates.
    private bool IsUpdate => _accumulators is null || (Calls + 1) % GradientAccumulationSteps!.Value == 0;

    private void Update(Sweep sweep, double rate)
    {
        if (_hasOverwrites) TakeOverwrites(sweep);
        if (_followsTheRule)
        {
            var unscale = 1 / (LossScaleFactor ?? OuterLossScale);
            if (_accumulators is not null)
            {
                Accumulate(sweep, unscale);
                unscale = 1.0 / GradientAccumulationSteps!.Value;
            }

            sweep.Average = NextAverage();
            if (_updates)
            {
                Plan.Prepare(sweep, unscale, rate);
                sweep.Averages = _averagesInPass ? _averages : null;
                Run(sweep, rate);
            }

            if (_averages is not null) AverageAll(sweep.Average, all: !_updates || !_averagesInPass, sweep);

            if (_updates && _accumulators is not null)
                foreach (var accumulator in _accumulators) accumulator.Write().Clear();
            for (var i = 0; _isConstrained && i < _variables.Length; i++)
                if (sweep.Gradients[i] is not null && _variables[i].Constraint is { } constraint)
                    _variables[i].Assign(constraint(_variables[i].View));
        }

        Array.Clear(sweep.Gradients);
        if (CountsSteps) CountStep();
    }

    // Variables that take their gradient as it is leave the step.
    private void TakeOverwrites(Sweep sweep)
    {
        for (var i = 0; i < _variables.Length; i++)
        {
            if (sweep.Gradients[i] is not { } gradient || !_variables[i].OverwriteWithGradient) continue;
            if (_accumulators is null)
            {
                _variables[i].Assign(gradient);
            }
            else
            {
                // Between updates the largest value seen is kept, as in Keras.
                var largest = Ops.Maximum(gradient, _accumulators[i].View);
                if (_updates) _variables[i].Assign(largest);
                _accumulators[i].Assign(_updates ? Tensor.Zeros(gradient.Shape) : largest);
            }

            sweep.Gradients[i] = null;
        }
    }

    // Adds the gradients to the accumulators, which then take their place in the sweep.
    private void Accumulate(Sweep sweep, double unscale)
    {
        var accumulation = _accumulation ??= new Sweep(_variables, [_accumulators!]);
        sweep.Gradients.CopyTo(accumulation.Gradients, 0);
        accumulation.Scale.AsSpan().Fill((float)unscale);
        accumulation.Run(default(AccumulateRule));
        Array.Clear(accumulation.Gradients);
        for (var i = 0; i < _variables.Length; i++)
            if (sweep.Gradients[i] is not null)
                sweep.Gradients[i] = _accumulators![i].View;
    }

    private AverageRule NextAverage()
    {
        var step = Iterations;
        var momentum = step == 0 ? 0 : EmaMomentum;
        var overwrite = EmaOverwriteFrequency is > 0 and var frequency && (step + 1) % frequency == 0;
        return new AverageRule((float)momentum, (float)(1 - momentum), overwrite);
    }

    // What stays as it is, frozen by a group or by its layer, must not be pulled to an average that is an ulp off or of earlier times.
    private bool IsAveraged(int index) => !_variables[index].OverwriteWithGradient && !Plan.IsFrozen(index) && _variables[index].Trainable;

    // Moving averages of all variables, or of those that the pass has left out.
    private void AverageAll(AverageRule rule, bool all, Sweep updated)
    {
        var averaging = _averaging ??= new Sweep(_variables, [_averages!]);
        for (var i = 0; i < _variables.Length; i++)
            averaging.Gradients[i] = (all || updated.Gradients[i] is null) && IsAveraged(i) ? _variables[i].View : null;
        averaging.Scale.AsSpan().Fill(1f);
        averaging.Run(rule);
        Array.Clear(averaging.Gradients);
    }
}
