using Descent.Data;
using Descent.Layers;
using Descent.Regularizers;

namespace Descent.Training;

/// <summary>One step of training or evaluation; the only place where a loss is taken, differentiated and applied.</summary>
/// <remarks>Whatever throws does so before the optimizer changes anything, so a failed step leaves the model as it was.</remarks>
internal sealed class TrainingStep
{
    private readonly Model _model;
    private readonly Compilation _compilation;
    private readonly Variable[] _variables;
    private readonly (Variable Variable, Regularizer Regularizer)[] _penalties;
    private readonly ExtraLosses _extra = new();
    private readonly bool _isAll;

    public TrainingStep(Model model, Compilation compilation)
    {
        (_model, _compilation) = (model, compilation);
        _variables = [.. model.TrainableVariables];
        _penalties = [.. model.Penalties()];
        _isAll = compilation.Optimizer.TrainableVariables.SequenceEqual(_variables);
    }

    /// <summary>Whether the model still trains the same variables.</summary>
    public bool IsCurrent => _model.TrainableVariables.SequenceEqual(_variables);

    /// <summary>Predicts, takes the gradients, counts the metrics, applies the gradients.</summary>
    public void Train(Batch batch)
    {
        var optimizer = _compilation.Optimizer;
        var (loss, predicted, gradients) = Differentiate(batch);
        Count(batch, loss, predicted);
        if (optimizer.Perturbs)
        {
            // Sharpness-aware: the step is taken with the gradients at other weights.
            using var perturbed = optimizer.PerturbWeights(gradients, _variables);
            if (perturbed is not null) (_, _, gradients) = Differentiate(batch);
        }

        if (_isAll) optimizer.Apply(gradients);
        else optimizer.Apply(gradients, _variables);
    }

    private (Tensor Loss, Tensor Predicted, Tensor?[] Gradients) Differentiate(Batch batch)
    {
        using var tape = new GradientTape();
        var (loss, predicted) = Forward(batch, training: true);
        var scaled = _compilation.Optimizer.ScaleLoss(loss);
        tape.Dispose();
        return (loss, predicted, tape.Gradient(scaled, _variables));
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
            var loss = _compilation.LossFor(batch.Y.Shape, predicted.Shape).Compute(batch.Y, predicted, batch.SampleWeight);
            if (_compilation.LossWeight != 1f) loss *= _compilation.LossWeight;
            foreach (var (variable, regularizer) in _penalties) loss += regularizer.Call(variable);
            return (_extra.AddTo(loss), predicted);
        }
        finally
        {
            _extra.Close();
        }
    }

    private void Count(Batch batch, Tensor loss, Tensor predicted) =>
        _compilation.MetricsFor(batch.Y.Shape, predicted.Shape).Update(loss.Item(), batch.Y, predicted, batch.SampleWeight);
}
