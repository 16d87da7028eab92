namespace Descent.Optimizers;

public abstract partial class Optimizer
{
    private Sweep? _sweep;
    private Sweep? _averaging;
    private Sweep? _accumulation;
    private Variable[]? _prepared;

    /// <summary>Whether the whole update is one pass that cannot fail half-way.</summary>
    internal virtual bool IsFused => false;

    /// <summary>The slots that the pass over all variables works on.</summary>
    internal virtual Variable[][] SweptSlots => [_prepared ??= CreatePrepared()];

    /// <summary>Runs the formula over all variables that have a gradient in the sweep.</summary>
    /// <param name="sweep">Holds the gradients and what happens to them on the way.</param>
    /// <param name="learningRate">The rate of this step.</param>
    /// <param name="step">The number of this update, from 1.</param>
    internal virtual void Update(Sweep sweep, double learningRate, int step)
    {
        // An optimizer that works on whole tensors gets its prepared gradients first; averages follow when it is done.
        var averages = sweep.Averages;
        sweep.Averages = null;
        sweep.Run(default(PrepareRule));
        for (var i = 0; i < _variables.Length; i++)
            if (sweep.Gradients[i] is not null)
                UpdateStep(_prepared![i].View, _variables[i], learningRate);
        if (averages is not null) AverageAll(sweep.Average, all: true, sweep);
    }

    private Sweep CreateSweep() => new(_variables, SweptSlots);

    private Variable[] CreatePrepared() =>
        [.. _variables.Select(v => new Variable(v.Path, Tensor.Zeros(v.Shape), trainable: false))];

    private void Update(Sweep sweep, double rate)
    {
        if (TakeOverwrites(sweep))
        {
            var unscale = LossScaleFactor is { } factor ? 1 / factor : 1;
            var update = true;
            if (_accumulators is not null)
            {
                update = (Calls + 1) % GradientAccumulationSteps!.Value == 0;
                Accumulate(sweep, unscale);
                unscale = 1.0 / GradientAccumulationSteps.Value;
            }

            sweep.Averages = _averages;
            sweep.Average = NextAverage();
            if (update)
            {
                Prepare(sweep, unscale, rate);
                Update(sweep, rate, Iterations + 1);
                if (IsFused && _averages is not null) AverageAll(sweep.Average, all: false, sweep);
            }
            else if (_averages is not null)
            {
                AverageAll(sweep.Average, all: true, sweep);
            }

            if (update && _accumulators is not null)
                foreach (var accumulator in _accumulators) accumulator.Write().Clear();
            for (var i = 0; i < _variables.Length; i++)
                if (sweep.Gradients[i] is not null && _variables[i].Constraint is { } constraint)
                    _variables[i].Assign(constraint(_variables[i].View));
        }

        Array.Clear(sweep.Gradients);
        System.Runtime.InteropServices.MemoryMarshal.Cast<float, int>(_iteration.Write())[0]++;
    }

    // Variables that take their gradient as it is leave the step. Says whether others remain.
    private bool TakeOverwrites(Sweep sweep)
    {
        var remain = false;
        for (var i = 0; i < _variables.Length; i++)
        {
            if (sweep.Gradients[i] is not { } gradient) continue;
            if (!_variables[i].OverwriteWithGradient)
            {
                remain = true;
                continue;
            }

            if (_accumulators is null)
            {
                _variables[i].Assign(gradient);
            }
            else
            {
                // Between updates the largest value seen is kept, as in Keras.
                var largest = Ops.Maximum(gradient, _accumulators[i].View);
                var update = (Calls + 1) % GradientAccumulationSteps!.Value == 0;
                if (update) _variables[i].Assign(largest);
                _accumulators[i].Assign(update ? Tensor.Zeros(gradient.Shape) : largest);
            }

            sweep.Gradients[i] = null;
        }

        return remain;
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

    // Clipping and decay as factors that the pass applies on its way.
    private void Prepare(Sweep sweep, double unscale, double rate)
    {
        sweep.Scale.AsSpan().Fill((float)unscale);
        sweep.ClipValue = ClipValue is > 0 ? (float)ClipValue.Value : 0f;
        if (ClipNorm is > 0 || GlobalClipNorm is > 0)
        {
            var sums = _variables.Length <= 256 ? stackalloc float[_variables.Length] : new float[_variables.Length];
            sweep.SumsOfSquares(sums);
            if (ClipNorm is > 0)
            {
                for (var i = 0; i < sums.Length; i++) sweep.Scale[i] *= Shrink(unscale * Math.Sqrt(sums[i]), ClipNorm.Value);
            }
            else
            {
                var sum = 0.0;
                foreach (var square in sums) sum += square;
                var scale = Shrink(unscale * Math.Sqrt(sum), GlobalClipNorm!.Value);
                foreach (ref var s in sweep.Scale.AsSpan()) s *= scale;
            }
        }

        for (var i = 0; i < _variables.Length; i++)
            sweep.Decay[i] = WeightDecay is { } decay && Decays(_variables[i]) ? (float)(decay * rate) : 0f;
    }

    // A norm that is infinite or NaN makes every gradient NaN, as in Keras.
    private static float Shrink(double norm, double limit) => double.IsFinite(norm) ? (float)(limit / Math.Max(norm, limit)) : float.NaN;

    private AverageRule NextAverage()
    {
        var step = Iterations;
        var momentum = step == 0 ? 0 : EmaMomentum;
        var overwrite = EmaOverwriteFrequency is > 0 and var frequency && (step + 1) % frequency == 0;
        return new AverageRule((float)momentum, (float)(1 - momentum), overwrite);
    }

    // Moving averages of all variables, or of those that the pass has left out.
    private void AverageAll(AverageRule rule, bool all, Sweep updated)
    {
        var averaging = _averaging ??= new Sweep(_variables, [_averages!]);
        for (var i = 0; i < _variables.Length; i++)
            averaging.Gradients[i] = (all || updated.Gradients[i] is null) && !_variables[i].OverwriteWithGradient ? _variables[i].View : null;
        averaging.Scale.AsSpan().Fill(1f);
        averaging.Run(rule);
        Array.Clear(averaging.Gradients);
    }
}
