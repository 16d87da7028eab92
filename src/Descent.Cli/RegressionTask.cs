using Descent.Cli.Tables;
using Descent.Data;
using Descent.Layers;

namespace Descent.Cli;

/// <summary>Predicts a number. The network is taught the standardised number; what is reported is in the target's own units.</summary>
internal sealed class RegressionTask : LearningTask
{
    private readonly string _column;
    private readonly double[] _numbers;
    private double _mean;
    private double _scale = 1;

    public RegressionTask(CsvColumn target)
    {
        if (!target.IsNumeric)
            throw new UsageException($"--task regression needs a target of numbers. Received: column '{target.Name}' with text such as '{target.Texts[0]}'.");
        (_column, _numbers) = (target.Name, target.Numbers);
    }

    public override string Name => "regression";

    public override string Description => FormattableString.Invariant($"numbers from {_numbers.Min():G6} to {_numbers.Max():G6}");

    public override string Loss => "mean_squared_error";

    public override string Metric => "r2_score";

    public override (int[] Train, int[] Validation) Split(double validationSplit, int seed)
    {
        var split = TrainTestSplit.Random(_numbers.Length, validationSplit, seed);
        _mean = split.Train.Average(row => _numbers[row]);
        var deviation = Math.Sqrt(split.Train.Average(row => Square(_numbers[row] - _mean)));
        if (deviation == 0)
            throw new InvalidDataException($"The target must have at least two different values among the training rows. Received: only {_mean} in column '{_column}'. Provide more data, or another --seed.");
        _scale = deviation;
        return split;
    }

    public override Tensor Targets(int[] rows) =>
        Tensor.From(Array.ConvertAll(rows, row => (float)((_numbers[row] - _mean) / _scale)), shape: [rows.Length, 1]);

    public override Layer OutputLayer() => new Dense(1);

    public override Outcome Measure(Tensor predictions, int[] train, int[] validation)
    {
        var predicted = Array.ConvertAll(predictions.AsSpan().ToArray(), output => output * _scale + _mean);
        var actual = Array.ConvertAll(validation, row => _numbers[row]);
        var (mae, r2) = RegressionScore.Of(predicted, actual);
        var rival = actual.Average(number => Math.Abs(number - _mean));
        return new Outcome(
            FormattableString.Invariant($"For {validation.Length} rows it had not seen, the network is off by {mae:G4} on average and explains {100 * r2:0.0} % of the variance (r2 {r2:0.000}). Always answering the mean would be off by {rival:G4}."),
            ("val_mae", mae),
            ("val_r2", r2));
    }

    /// <inheritdoc/>
    /// <remarks>The last layer brings the output to the target's units, and the weight of the loss brings the loss back, so that training can go on there with the same steps.</remarks>
    public override TableTarget Complete(Sequential model)
    {
        if (!Standardization.FitsLayer(_mean, _scale)) return new NumberTarget(_column, _mean, _scale);
        model.Add(new Rescaling(_scale, _mean));
        model.Compile(model.Optimizer!, Loss, ["mean_absolute_error"], lossWeights: 1 / Square(_scale));
        return new NumberTarget(_column, Mean: 0, Deviation: 1);
    }

    private static double Square(double x) => x * x;
}
