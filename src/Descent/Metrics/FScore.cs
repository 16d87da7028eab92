using System.Text.Json.Nodes;
using Descent.Losses;

namespace Descent.Metrics;

/// <summary>How the scores of classes become one.</summary>
public enum FScoreAverage
{
    /// <summary>Not at all: one score per class.</summary>
    None,

    /// <summary>The counts of all classes are added up first.</summary>
    Micro,

    /// <summary>Their mean.</summary>
    Macro,

    /// <summary>Their mean, weighted by how often a class occurs.</summary>
    Weighted,
}

/// <summary>A mean of precision and recall per class. Targets are 0 and 1 of shape <c>(batch, classes)</c>, predictions of the same shape.</summary>
public abstract class FScoreMetric : Metric
{
    private static readonly string[] StateNames = ["true_positives", "false_positives", "false_negatives", "intermediate_weights"];

    private protected FScoreMetric(string name)
        : base(name)
    {
    }

    private protected FScoreMetric(ConfigReader reader, string name)
        : base(reader, name)
    {
        Average = reader.Has("average") && reader.Node("average") is null ? FScoreAverage.None : reader.Choice("average", Average);
        Threshold = reader.NullableDouble("threshold");
    }

    /// <summary>How the scores of classes become one; default none: a vector with one per class.</summary>
    public FScoreAverage Average { get; init; }

    /// <summary>Above this a prediction means yes, in (0, 1]; default null: only the class with the highest prediction means yes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value lies outside (0, 1].</exception>
    public double? Threshold { get; init => field = value is { } given ? Check.UnitIntervalOpenAtZero(given, nameof(Threshold)) : null; }

    /// <summary>How much more recall counts than precision.</summary>
    private protected abstract double BetaValue { get; }

    /// <inheritdoc/>
    public override void UpdateState(Tensor yTrue, Tensor yPred, Tensor? sampleWeight = null)
    {
        (yTrue, yPred) = Targets.Align(GetType().Name, yTrue, yPred);
        if (yPred.Rank != 2)
            throw new ArgumentException($"{GetType().Name} needs predictions of shape (batch, classes). Received: {yPred.Shape}.", nameof(yPred));
        var classes = yPred.Shape[1];
        Shape shape = Average == FScoreAverage.Micro ? Shape.Scalar : [classes];
        if (Variables.Count == 0)
            foreach (var name in StateNames)
                AddVariable(name, shape);
        if (Variables[0].Shape != shape)
            throw new ArgumentException($"{GetType().Name} judges {Variables[0].Shape[0]} classes. Received predictions of shape {yPred.Shape}.", nameof(yPred));

        var truth = yTrue.Floats;
        var predicted = yPred.Floats;
        var rows = new Rows(yPred);
        var weights = new SampleWeights(sampleWeight, yPred.Shape);
        var sums = new double[4 * shape.Size];
        var best = 0f;
        for (var i = 0; i < predicted.Length; i++)
        {
            var c = i % classes;
            if (c == 0) best = rows[i / classes][rows.Highest(i / classes)];
            var yes = Threshold is { } threshold ? predicted[i] > (float)threshold : predicted[i] >= best && MathF.Abs(predicted[i]) > 1e-9f;
            var weight = weights[i];
            var state = shape.Rank == 0 ? 0 : c;
            sums[state] += yes ? weight * truth[i] : 0;
            sums[shape.Size + state] += yes ? weight * (1 - truth[i]) : 0;
            sums[2 * shape.Size + state] += yes ? 0 : weight * truth[i];
            sums[3 * shape.Size + state] += weight * truth[i];
        }

        for (var i = 0; i < sums.Length; i++) Variables[i / shape.Size].Write()[i % shape.Size] += (float)sums[i];
    }

    /// <inheritdoc/>
    public override Tensor Result()
    {
        if (Variables.Count == 0) return Tensor.Scalar(0);
        var scores = new float[Variables[0].Shape.Size];
        double mean = 0, weighted = 0, occurrences = KerasMath.Epsilon;
        for (var c = 0; c < scores.Length; c++)
        {
            double State(int index) => Variables[index].View.Floats[c];
            var precision = State(0) / (State(0) + State(1) + KerasMath.Epsilon);
            var recall = State(0) / (State(0) + State(2) + KerasMath.Epsilon);
            var square = BetaValue * BetaValue;
            var score = (1 + square) * precision * recall / (square * precision + recall + KerasMath.Epsilon);
            scores[c] = (float)score;
            mean += score / scores.Length;
            weighted += score * State(3);
            occurrences += State(3);
        }

        return Average switch
        {
            FScoreAverage.None => Tensor.From(scores),
            FScoreAverage.Weighted => Tensor.Scalar((float)(weighted / occurrences)),
            _ => Tensor.Scalar((float)mean),
        };
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["average"] = Average == FScoreAverage.None ? null : KerasNames.ToSnakeCase(Average.ToString());
        config["threshold"] = KerasJson.Float(Threshold);
        return config;
    }
}

/// <summary>The weighted harmonic mean of precision and recall: <c>(1 + β²) · precision · recall / (β² · precision + recall)</c>.</summary>
public sealed class FBetaScore : FScoreMetric
{
    private const string DefaultName = "fbeta_score";

    /// <summary>Creates the metric.</summary>
    /// <param name="beta">How many times more recall counts than precision, above 0; default 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="beta"/> is not positive and finite.</exception>
    public FBetaScore(double beta = 1.0)
        : base(DefaultName)
        => Beta = Check.Positive(beta, nameof(Beta));

    private FBetaScore(ConfigReader reader)
        : base(reader, DefaultName)
        => Beta = Check.Positive(reader.Double("beta", 1.0), nameof(Beta));

    /// <summary>How many times more recall counts than precision.</summary>
    public double Beta { get; }

    private protected override double BetaValue => Beta;

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["beta"] = KerasJson.Float(Beta);
        return config;
    }

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static FBetaScore FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new FBetaScore(reader));
}

/// <summary>The harmonic mean of precision and recall: <c>2 · precision · recall / (precision + recall)</c>.</summary>
/// <example><code>new F1Score { Average = FScoreAverage.Macro }</code></example>
public sealed class F1Score : FScoreMetric
{
    private const string DefaultName = "f1_score";

    /// <summary>Creates the metric.</summary>
    public F1Score()
        : base(DefaultName)
    {
    }

    private F1Score(ConfigReader reader)
        : base(reader, DefaultName)
    {
    }

    private protected override double BetaValue => 1;

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static F1Score FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new F1Score(reader));
}
