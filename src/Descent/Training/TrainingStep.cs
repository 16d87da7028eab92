using Descent.Data;
using Descent.Layers;
using Descent.Losses;
using Descent.Memory;
using Descent.Regularizers;

namespace Descent.Training;

/// <summary>One step of training or evaluation; the only place where a loss is taken, differentiated and applied.</summary>
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

    public TrainingStep(Model model, Compilation compilation)
    {
        (_model, _compilation) = (model, compilation);
        _variables = [.. model.TrainableVariables];
        _views = Array.ConvertAll(_variables, v => v.View);
        _gradients = new Tensor?[_variables.Length];
        _penalties = [.. model.Penalties()];
        _isAll = compilation.Optimizer.TrainableVariables.SequenceEqual(_variables);
    }

    /// <summary>Whether the model still trains the same variables.</summary>
    public bool IsCurrent => _model.TrainableVariables.SequenceEqual(_variables);

    /// <summary>Predicts, takes the gradients, counts the metrics, applies the gradients.</summary>
    public void Train(Batch batch)
    {
        var optimizer = _compilation.Optimizer;
        var (loss, predicted) = Differentiate(batch);
        Count(batch, loss, predicted);
        if (optimizer.Perturbs)
        {
            // Sharpness-aware: the step is taken with the gradients at other weights.
            using var perturbed = optimizer.PerturbWeights(_gradients, _variables);
            if (perturbed is not null) Differentiate(batch);
        }

        if (_isAll) optimizer.Apply(_gradients);
        else optimizer.Apply(_gradients, _variables);
    }

    // Leaves the gradients in their array.
    private (Tensor Loss, Tensor Predicted) Differentiate(Batch batch)
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
    public void Test(Batch batch)
    {
        var (loss, predicted) = Forward(batch, training: false);
        Count(batch, loss, predicted);
    }

    private (Tensor Loss, Tensor Predicted) Forward(Batch batch, bool training)
    {
        _extra.Open();
        try
        {
            var predicted = _model.Call(batch.X, training);
            var loss = Compute(_compilation.LossFor(batch.Y.Shape, predicted.Shape), batch, predicted);
            if (_compilation.LossWeight != 1f) loss *= _compilation.LossWeight;
            foreach (var (variable, regularizer) in _penalties) loss += regularizer.Call(variable);
            return (_extra.AddTo(loss), predicted);
        }
        finally
        {
            _extra.Close();
        }
    }

    private static Tensor Compute(Loss loss, Batch batch, Tensor predicted)
    {
        using var seclusion = new StepMemory.Seclusion(loss.IsBuiltIn);
        return seclusion.Release(loss.Compute(batch.Y, predicted, batch.SampleWeight));
    }

    private void Count(Batch batch, Tensor loss, Tensor predicted) =>
        _compilation.MetricsFor(batch.Y.Shape, predicted.Shape).Update(loss.Item(), batch.Y, predicted, batch.SampleWeight);
}
