using Descent.Callbacks;
using Descent.Optimizers;

namespace Descent.Training;

/// <summary>Sets the rates of a range test and records its losses. An epoch is one batch, so its loss is that of the batch.</summary>
internal sealed class RangeTest(LearningRateFinder finder) : Callback
{
    private readonly List<double> _rates = [];
    private readonly List<double> _losses = [];
    private readonly List<double> _smoothed = [];
    private bool _hasSource;
    private int _calls; // since the last update
    private int _summed;
    private double _sum;
    private double _average;
    private double _lowest = double.PositiveInfinity;

    public LearningRateCurve Curve => new(_rates, _losses, _smoothed, finder.Smoothing);

    public override void OnTrainBegin()
    {
        _hasSource = Model.Optimizer!.LearningRate is not { Schedule: null, Function: null };
        _calls = Model.Optimizer.CallsSinceUpdate; // training may have stopped in the middle of an accumulation
    }

    public override void OnEpochBegin(int epoch)
    {
        var rate = finder.RateOf(_rates.Count);
        // A rate that comes from a schedule or a function cannot be set to a number.
        var optimizer = Model.Optimizer!;
        optimizer.LearningRate = _hasSource ? LearningRate.From(() => rate) : rate;

        // Optimizers of the old generations let it decay: more is set, so that the step has the rate that is noted down.
        if (!_hasSource && optimizer.LearningRate.Value is not 0 and var used && used != (float)rate) optimizer.LearningRate = rate * (rate / used);
    }

    public override void OnEpochEnd(int epoch, Logs logs)
    {
        var loss = logs[MetricSet.LossName];
        if (!double.IsFinite(loss))
        {
            Model.StopTraining = true;
            return;
        }

        _sum += loss;
        (_calls, _summed) = (_calls + 1, _summed + 1);
        if (_calls < Model.Optimizer!.CallsPerUpdate) return;
        Record(_sum / _summed);
        (_sum, _summed, _calls) = (0, 0, 0);
    }

    private void Record(double loss)
    {
        _rates.Add(finder.RateOf(_rates.Count));
        _losses.Add(loss);
        _average = finder.Smoothing * _average + (1 - finder.Smoothing) * loss;
        var smoothed = _average / (1 - Math.Pow(finder.Smoothing, _losses.Count));
        _smoothed.Add(smoothed);

        // The first few are too few to be smooth, and multiples of a negative loss mean nothing.
        if (_losses.Count > LearningRateCurve.Lag(finder.Smoothing) && _lowest > 0 && smoothed > finder.DivergenceFactor * _lowest) Model.StopTraining = true;
        _lowest = Math.Min(_lowest, smoothed);
    }
}
