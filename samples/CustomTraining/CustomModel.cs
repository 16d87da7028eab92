using Descent;
using Descent.Callbacks;
using Descent.Data;
using Descent.Metrics;

namespace CustomTraining;

/// <summary>The model of Keras' guide with a step of its own: it takes the loss, the gradients and the metrics itself, and <c>Fit</c> does the rest.</summary>
internal sealed class CustomModel : Model
{
    private readonly Mean _lossTracker;
    private readonly MeanAbsoluteError _maeMetric;

    public CustomModel(KerasTensors inputs, KerasTensors outputs)
        : base(inputs, outputs)
    {
        _lossTracker = TrackMetric(new Mean { Name = "loss" });
        _maeMetric = TrackMetric(new MeanAbsoluteError { Name = "mae" });
    }

    protected override Logs TrainStep(Batch batch)
    {
        var (x, y) = (batch.X, batch.Y);
        using var tape = new GradientTape();
        var yPred = Apply(x, training: true);            // forward pass
        var loss = MeanSquaredError(y, yPred);           // no need to compile one

        var gradients = tape.Gradient(loss, TrainableVariables);
        Optimizer!.Apply(gradients, TrainableVariables); // update the weights

        _lossTracker.UpdateState(loss);
        _maeMetric.UpdateState(y, yPred);
        return new Logs { ["loss"] = _lossTracker.Result().Item(), ["mae"] = _maeMetric.Result().Item() };
    }

    protected override Logs TestStep(Batch batch)
    {
        var yPred = Apply(batch.X);
        _lossTracker.UpdateState(MeanSquaredError(batch.Y, yPred));
        _maeMetric.UpdateState(batch.Y, yPred);
        return new Logs { ["loss"] = _lossTracker.Result().Item(), ["mae"] = _maeMetric.Result().Item() };
    }

    private static Tensor MeanSquaredError(Tensor y, Tensor yPred) => Ops.Mean(Ops.Square(y - yPred));
}
