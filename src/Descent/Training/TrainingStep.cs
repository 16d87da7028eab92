using Descent.Callbacks;
using Descent.Data;
using Descent.Distribution;
using Descent.Layers;
using Descent.Losses;
using Descent.Memory;
using Descent.Monitoring;
using Descent.Regularizers;

namespace Descent.Training;

/// <summary>One step of training or evaluation; the only place where a loss is taken, differentiated and applied, unless a model of the user's overrides its steps.</summary>
/// <remarks>Whatever throws does so before the optimizer changes anything, so a failed step leaves the model as it was.</remarks>
internal sealed class TrainingStep
{
    private readonly Model _model;
    private readonly Compilation _compilation;
    private readonly Variable[] _variables;
    private readonly Tensor[] _views;
    private readonly Tensor?[] _gradients;
    private readonly (Variable Variable, Regularizer Regularizer)[] _penalties;
    private readonly ExtraLosses _extra = new();
    private readonly bool _isAll;
    private readonly ParallelStep? _parallel;
    private Logs _logs = new();

    public TrainingStep(Model model, Compilation compilation)
    {
        (_model, _compilation) = (model, compilation);
        _variables = [.. model.TrainableVariables];
        _views = Array.ConvertAll(_variables, v => v.View);
        _gradients = new Tensor?[_variables.Length];
        _penalties = [.. model.Penalties()];
        _isAll = compilation.Optimizer.TrainableVariables.SequenceEqual(_variables);
        if (compilation.Company is { } distribution) _parallel = new ParallelStep(distribution, this, compilation.Optimizer);
    }

    /// <summary>Tells those who listen how the steps of training go.</summary>
    public TrainingMeter Meter => field ??= new TrainingMeter(this, _model.Name, _compilation.Optimizer);

    /// <summary>The loss of the batch that was counted last; null if none was since this was set to null.</summary>
    public float? LastLoss { get; set; }

    /// <summary>The variables that are trained.</summary>
    public IReadOnlyList<Variable> Variables => _variables;

    /// <summary>The tensors through which operations read <see cref="Variables"/>.</summary>
    public ReadOnlySpan<Tensor> Views => _views;

    /// <summary>Whether the model still trains the same variables.</summary>
    public bool IsCurrent => _model.TrainableVariables.SequenceEqual(_variables);

    /// <summary>Begins to measure anew.</summary>
    public void Begin()
    {
        _compilation.ResetMetrics();
        _logs = new Logs();
    }

    /// <summary>Goes on with an epoch of an interrupted training.</summary>
    public void Continue(Logs logs) => _logs = logs;

    /// <summary>Opens what layers add to the loss while a step runs; disposing the result closes it.</summary>
    public ExtraLosses.Scope Open() => _extra.Open();

    /// <summary>Predicts, takes the gradients, counts the metrics, applies the gradients.</summary>
    public Logs Train(Batch batch)
    {
        if (_parallel is not null) return _parallel.Train(batch);
        var optimizer = _compilation.Optimizer;
        var (loss, predicted) = Differentiate(batch);
        var logs = Count(loss, batch.Targets, predicted, batch.SampleWeights);
        if (optimizer.Perturbs)
        {
            // Sharpness-aware: the step is taken with the gradients at other weights.
            using var perturbed = optimizer.PerturbWeights(_gradients, _variables);
            if (perturbed is not null) Differentiate(batch);
        }

        Apply(_gradients);
        return logs;
    }

    /// <summary>Takes a step of the optimizer.</summary>
    public void Apply(Tensor?[] gradients)
    {
        if (_isAll) _compilation.Optimizer.Apply(gradients);
        else _compilation.Optimizer.Apply(gradients, _variables);
    }

    // Leaves the gradients in their array.
    private (Tensor Loss, Tensors Predicted) Differentiate(Batch batch)
    {
        using var tape = new GradientTape();
        var (loss, predicted) = Forward(batch, training: true);
        var scaled = _compilation.Optimizer.ScaleLoss(loss);
        tape.Dispose();

        // The gradients of operations are the library's own, and optimizers give the user's formulas copies.
        using (new StepMemory.Seclusion(true)) tape.Gradient(scaled, _views, _gradients);
        return (loss, predicted);
    }

    /// <summary>Predicts and counts the metrics.</summary>
    public Logs Test(Batch batch)
    {
        if (_parallel is not null) return _parallel.Test(batch);
        var (loss, predicted) = Forward(batch, training: false);
        return Count(loss, batch.Targets, predicted, batch.SampleWeights);
    }

    /// <summary>The loss of all outputs, with the penalties of regularizers and what layers have added since the step or the last call of this began.</summary>
    public Tensor Compute(Tensors yTrue, Tensors yPred, Tensors? sampleWeights)
    {
        if (BatchShard.Current is null) RequireShared();
        var outputs = Outputs(yTrue, yPred);
        Tensor? total = null;
        for (var i = 0; i < outputs.Length; i++)
        {
            var output = outputs[i];
            if (output.Loss is null) continue;
            var loss = output.LastLoss = Compute(output.Loss, yTrue[i], yPred[i], OutputWeights.Of(sampleWeights, i));
            if (output.LossWeight != 1f) loss *= output.LossWeight;
            total = total is null ? loss : total + loss;
        }

        if (total is null) throw new InvalidOperationException($"Model '{_model.Name}' must be compiled with a loss. Received: no loss.");
        foreach (var (variable, regularizer) in _penalties) total += regularizer.Call(variable);
        return (ExtraLosses.Current ?? _extra).AddTo(total);
    }

    /// <summary>Refuses a step of the user's where several ranks take it: it would know the rows of one alone.</summary>
    public void RequireShared()
    {
        if (_parallel is { HasRun: false })
            throw new InvalidOperationException($"Model '{_model.Name}' must train and evaluate by the steps of Model to be distributed. Received: a TrainStep or TestStep of its own. Override ComputeLoss instead, or compile without a distribution.");
    }

    /// <summary>Counts a batch in the loss and the metrics.</summary>
    public Logs Count(Tensor loss, Tensors yTrue, Tensors yPred, Tensors? sampleWeights)
    {
        Outputs(yTrue, yPred);
        var value = loss.Item();
        LastLoss = value;
        _compilation.Metrics!.Update(value, yTrue, yPred, sampleWeights);
        _logs.Refresh(_compilation.Metrics);
        return _logs;
    }

    /// <summary>Measures a part of a batch, a share of its rows, without counting it.</summary>
    /// <returns>What to add up over all parts for <see cref="Count(ReadOnlySpan{float}, int)"/>; good until the next call.</returns>
    public ReadOnlySpan<float> Measure(Tensor loss, float share, Tensors yTrue, Tensors yPred, Tensors? sampleWeights)
    {
        Outputs(yTrue, yPred);
        return _compilation.Metrics!.Measure(loss.Item(), share, yTrue, yPred, sampleWeights);
    }

    /// <summary>Counts a batch that was measured in parts.</summary>
    public Logs Count(ReadOnlySpan<float> measured, int rows)
    {
        LastLoss = measured[0];
        _compilation.Metrics!.Add(measured, rows);
        _logs.Refresh(_compilation.Metrics);
        return _logs;
    }

    /// <summary>The outputs and the loss.</summary>
    public (Tensor Loss, Tensors Predicted) Forward(Batch batch, bool training)
    {
        var predicted = _model.Forward(batch.Inputs, training);
        return (_model.LossOf(batch, predicted), predicted);
    }

    private CompiledOutput[] Outputs(Tensors yTrue, Tensors yPred) => yTrue.Count == yPred.Count
        ? _compilation.For(_model.OutputNames, yTrue, yPred)
        : throw new ArgumentException(yTrue.Count == 0
            ? $"Model '{_model.Name}' must have targets to compute its loss. Received: none. Give y, or override TrainStep and TestStep."
            : $"Model '{_model.Name}' must have targets for each of its {yPred.Count} outputs. Received: {yTrue.Count}.");

    private static Tensor Compute(Loss loss, Tensor yTrue, Tensor yPred, Tensor? sampleWeight)
    {
        using var seclusion = new StepMemory.Seclusion(loss.IsBuiltIn);
        return seclusion.Release(loss.Compute(yTrue, yPred, sampleWeight, yPred.Mask));
    }
}
