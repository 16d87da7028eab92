using Descent.Callbacks;
using Descent.Data;
using Descent.Layers;
using Descent.Metrics;
using Descent.Monitoring;
using Descent.Training;

namespace Descent;

public partial class Model
{
    private readonly List<Metric> _ownMetrics = [];
    private TrainingStep? _step; // what runs in this model's turn

    /// <summary>Takes one step of training on a batch. Override it to train in a way of your own; <c>Fit</c> and <c>TrainOnBatch</c> do the rest.</summary>
    /// <param name="batch">The batch, in the model's order. Its tensors, and all that are made here, live for this step.</param>
    /// <remarks>A class of your own that overrides this needs no <c>Call</c>, unless it is called itself.</remarks>
    /// <returns>Names and values for callbacks and <see cref="History"/>, the loss under <c>"loss"</c>.</returns>
    /// <example>What the default does, in the words of Keras' guide:
    /// <code>
    /// protected override Logs TrainStep(Batch batch)
    /// {
    ///     using var tape = new GradientTape();
    ///     var yPred = Apply(batch.X, training: true);
    ///     var loss = ComputeLoss(batch.Inputs, batch.Targets, yPred, batch.SampleWeights);
    ///     Optimizer!.Apply(tape.Gradient(loss, TrainableVariables), TrainableVariables);
    ///     return ComputeMetrics(loss, batch.Targets, yPred, batch.SampleWeights);
    /// }
    /// </code></example>
    protected virtual Logs TrainStep(Batch batch) => Step.Train(batch);

    /// <summary>Measures one batch. Override it to evaluate in a way of your own; <c>Evaluate</c>, <c>TestOnBatch</c> and the validation of <c>Fit</c> do the rest.</summary>
    /// <param name="batch">The batch, in the model's order. Its tensors, and all that are made here, live for this step.</param>
    /// <returns>Names and values, the loss under <c>"loss"</c>.</returns>
    protected virtual Logs TestStep(Batch batch) => Step.Test(batch);

    /// <summary>The loss of a batch: that of each output by <see cref="Compile"/>, the penalties of regularizers, and what layers have added in this step.</summary>
    /// <param name="x">The inputs, which the default does not look at.</param>
    /// <param name="y">The targets.</param>
    /// <param name="yPred">The outputs.</param>
    /// <param name="sampleWeight">How much each sample counts.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="InvalidOperationException">The model is not compiled with a loss, or no step runs.</exception>
    protected virtual Tensor ComputeLoss(Tensors x, Tensors y, Tensors yPred, Tensors? sampleWeight = null) => Step.Compute(y, yPred, sampleWeight);

    /// <summary>Counts a batch in the mean loss and in the metrics of <see cref="Compile"/>.</summary>
    /// <param name="loss">The loss of the batch.</param>
    /// <param name="y">The targets.</param>
    /// <param name="yPred">The outputs.</param>
    /// <param name="sampleWeight">How much each sample counts.</param>
    /// <returns>The results so far, by name.</returns>
    /// <exception cref="InvalidOperationException">No step runs.</exception>
    protected Logs ComputeMetrics(Tensor loss, Tensors y, Tensors yPred, Tensors? sampleWeight = null)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(y);
        ArgumentNullException.ThrowIfNull(yPred);
        return Step.Count(loss, y, yPred, sampleWeight);
    }

    /// <summary>Makes a metric part of the model: it is reset when an epoch or an evaluation begins. For steps of your own, which update it and put its result into the logs.</summary>
    /// <typeparam name="T">The class of the metric.</typeparam>
    /// <param name="metric">The metric.</param>
    /// <returns>The same metric.</returns>
    protected T TrackMetric<T>(T metric)
        where T : Metric
    {
        ArgumentNullException.ThrowIfNull(metric);
        _ownMetrics.Add(metric);
        return metric;
    }

    private TrainingStep Step => _step ?? throw new InvalidOperationException($"Model '{Name}' must be in a step of training or evaluation. Call Fit, Evaluate, TrainOnBatch or TestOnBatch.");

    /// <summary>The outputs for a batch, by the short way where there is one input and one output.</summary>
    internal Tensors Forward(Tensors inputs, bool training)
    {
        if (inputs.Count == 1 && IsPlain) return Call(inputs[0], inputs[0].Mask, training);
        return [.. Call(inputs, new LayerCall(training).For(inputs))];
    }

    // A class of the user's may have several of both.
    private bool IsPlain => _graph is null ? this is Sequential : _graph is { Inputs.Count: 1, Outputs.Count: 1 };

    internal Tensor LossOf(Batch batch, Tensors predicted) => ComputeLoss(batch.Inputs, batch.Targets, predicted, batch.SampleWeights);

    /// <summary>What the metrics of <see cref="TrackMetric"/> have counted so far; null if there are none.</summary>
    internal TrainingState? GetMetricState()
    {
        if (_ownMetrics.Count == 0) return null;
        var state = new TrainingState();
        foreach (var (i, metric) in _ownMetrics.Index()) state.AddList(FormattableString.Invariant($"metric_{i}"), metric.Variables.Select(v => v.View));
        return state;
    }

    internal void SetMetricState(TrainingState state)
    {
        foreach (var (i, metric) in _ownMetrics.Index()) metric.Restore(state.List(FormattableString.Invariant($"metric_{i}")));
    }

    /// <summary>The examples that this model was trained on so far, for those who measure.</summary>
    internal long ExamplesTrained { get; private set; }

    /// <summary>The loss of the last batch alone; null if a step of the user's counted none.</summary>
    internal float? LastLoss => _step?.LastLoss;

    // A step of training, measured if somebody listens.
    private Logs TakeStep(TrainingStep step, Batch batch)
    {
        step.LastLoss = null;
        var logs = Instruments.AreOn ? TakeMeasuredStep(step, batch) : TrainShared(step, batch);
        ExamplesTrained += batch.X.Shape[0];
        return logs;
    }

    private Logs TakeMeasuredStep(TrainingStep step, Batch batch)
    {
        step.Meter.Begin();
        try
        {
            var logs = TrainShared(step, batch);
            step.Meter.Count(batch, logs);
            return logs;
        }
        finally
        {
            step.Meter.End();
        }
    }

    private Logs TrainShared(TrainingStep step, Batch batch)
    {
        var logs = TrainStep(batch);
        step.RequireShared();
        return logs;
    }

    private void Begin(TrainingStep step)
    {
        _step = step;
        step.Begin();
        foreach (var metric in _ownMetrics) metric.Begin();
    }
}
