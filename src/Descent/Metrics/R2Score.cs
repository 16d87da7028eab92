using System.Text.Json.Nodes;
using Descent.Losses;

namespace Descent.Metrics;

/// <summary>How the scores of outputs become one.</summary>
public enum R2Aggregation
{
    /// <summary>Not at all: one score per output.</summary>
    None,

    /// <summary>Their mean.</summary>
    UniformAverage,

    /// <summary>Their mean, weighted by the spread of the targets.</summary>
    VarianceWeightedAverage,
}

/// <summary>The coefficient of determination: <c>1 - Σ (y - p)² / Σ (y - ȳ)²</c>; 1 is perfect, 0 no better than always the mean.</summary>
/// <remarks>Targets and predictions have the shape <c>(batch, outputs)</c>.</remarks>
public sealed class R2Score : Metric
{
    private const string DefaultName = "r2_score";
    private static readonly string[] StateNames = ["squared_sum", "sum", "residual", "count"];

    private readonly Variable _samples;

    /// <summary>Creates the metric.</summary>
    public R2Score()
        : base(DefaultName)
        => _samples = AddVariable("num_samples");

    private R2Score(ConfigReader reader)
        : base(reader, DefaultName)
    {
        _samples = AddVariable("num_samples");
        ClassAggregation = reader.Has("class_aggregation") && reader.Node("class_aggregation") is null ? R2Aggregation.None : reader.Choice("class_aggregation", ClassAggregation);
        NumRegressors = reader.Int("num_regressors", NumRegressors);
    }

    /// <summary>How the scores of outputs become one; default their mean.</summary>
    public R2Aggregation ClassAggregation { get; init; } = R2Aggregation.UniformAverage;

    /// <summary>The number of independent regressors, for the adjusted score, 0 or more; default 0: not adjusted. Ignored until there are more samples.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int NumRegressors { get; init => field = Check.AtLeast(0, value, nameof(NumRegressors)); }

    /// <inheritdoc/>
    public override void UpdateState(Tensor yTrue, Tensor yPred, Tensor? sampleWeight = null)
    {
        (yTrue, yPred) = Targets.Align(nameof(R2Score), yTrue, yPred);
        if (yPred.Rank != 2)
            throw new ArgumentException($"R2Score needs predictions of shape (batch, outputs). Received: {yPred.Shape}.", nameof(yPred));
        var outputs = yPred.Shape[1];
        if (Variables.Count == 1)
            foreach (var name in StateNames)
                AddVariable(name, [outputs]);
        if (Variables[1].Shape[0] != outputs)
            throw new ArgumentException($"R2Score judges {Variables[1].Shape[0]} outputs. Received predictions of shape {yPred.Shape}.", nameof(yPred));

        var truth = yTrue.Floats;
        var predicted = yPred.Floats;
        var weights = new SampleWeights(sampleWeight, yPred.Shape);
        var sums = new double[StateNames.Length * outputs];
        var counted = 0;
        for (var row = 0; row < yPred.Shape[0]; row++)
        {
            var counts = false;
            for (var o = 0; o < outputs; o++)
            {
                var i = row * outputs + o;
                double weight = weights[i], y = truth[i], error = y - predicted[i];
                sums[o] += weight * y * y;
                sums[outputs + o] += weight * y;
                sums[2 * outputs + o] += weight * error * error;
                sums[3 * outputs + o] += weight;
                counts |= weight != 0;
            }

            if (counts) counted++;
        }

        for (var i = 0; i < sums.Length; i++) Variables[1 + i / outputs].Write()[i % outputs] += (float)sums[i];
        _samples.Write()[0] += counted;
    }

    /// <inheritdoc/>
    public override Tensor Result()
    {
        if (Variables.Count == 1) return Tensor.Scalar(0);
        var scores = new double[Variables[1].Shape[0]];
        var spreads = new double[scores.Length];
        for (var o = 0; o < scores.Length; o++)
        {
            double State(int index) => Variables[index + 1].View.Floats[o];
            spreads[o] = State(0) - State(1) * State(1) / State(3);
            var score = 1 - State(2) / spreads[o];
            scores[o] = double.IsInfinity(score) ? 0 : score;
        }

        return ClassAggregation switch
        {
            R2Aggregation.UniformAverage => Tensor.Scalar(Adjust(scores.Average())),
            R2Aggregation.VarianceWeightedAverage => Tensor.Scalar(Adjust(scores.Zip(spreads, (s, w) => s * w).Sum() / spreads.Sum())),
            _ => Tensor.From(Array.ConvertAll(scores, Adjust)),
        };
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["class_aggregation"] = ClassAggregation == R2Aggregation.None ? null : KerasNames.ToSnakeCase(ClassAggregation.ToString());
        config["num_regressors"] = NumRegressors;
        return config;
    }

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static R2Score FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new R2Score(reader));

    private float Adjust(double score)
    {
        var n = _samples.View.Item();
        var freedom = n - NumRegressors - 1;
        return (float)(NumRegressors == 0 || freedom <= 0 ? score : 1 - (1 - score) * (n - 1) / freedom);
    }
}
