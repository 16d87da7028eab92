using Descent.Losses;

namespace Descent.Metrics;

/// <summary>
/// A metric on how many predictions are right and wrong, for yes and for no, at each of one or more thresholds. Targets are 0 and 1
/// (all but 0 means 1), predictions of the same shape; all elements are counted alike, whatever their class.
/// </summary>
public abstract class ConfusionMetric : Metric
{
    // Below every threshold: what is not among the highest scores.
    private const float Excluded = -1e10f;

    private readonly Variable?[] _counts = new Variable?[4];
    private ThresholdLadder? _ladder;

    private protected ConfusionMetric()
    {
    }

    private protected ConfusionMetric(ConfigReader reader)
        : base(reader)
    {
    }

    private protected enum Cell
    {
        TruePositives,
        FalsePositives,
        TrueNegatives,
        FalseNegatives,
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Variable> Variables
    {
        get
        {
            if (!PerLabel) Build(labels: 1);
            return base.Variables;
        }
    }

    /// <summary>What is counted, with the names of the variables, in their order.</summary>
    private protected abstract IReadOnlyList<(string Name, Cell Cell)> Counted { get; }

    /// <summary>How many of the highest scores of a row can mean yes; null: all.</summary>
    private protected virtual int? HighestOnly => null;

    /// <summary>The only class that is judged; null: all.</summary>
    private protected virtual int? OnlyClass => null;

    /// <summary>Weights of the classes; null: all 1.</summary>
    private protected virtual IReadOnlyList<double>? ClassWeights => null;

    /// <summary>Whether each class is counted on its own.</summary>
    private protected virtual bool PerLabel => false;

    /// <summary>The thresholds.</summary>
    private protected ThresholdLadder Ladder => _ladder ??= MakeLadder();

    /// <summary>Whether there is anything to judge by.</summary>
    private protected bool IsBuilt => base.Variables.Count > 0;

    /// <inheritdoc/>
    public override void UpdateState(Tensor yTrue, Tensor yPred, Tensor? sampleWeight = null)
    {
        (yPred, yTrue) = Targets.Align(GetType().Name, yPred, yTrue);
        var classes = yPred.Rank == 1 ? 1 : yPred.Shape[^1];
        if (OnlyClass is { } only && (yPred.Rank == 1 || only >= classes))
            throw new ArgumentException($"ClassId {only} needs predictions with a last axis of more than {only} classes. Received shape {yPred.Shape}.", nameof(yPred));
        if (ClassWeights is { } given && given.Count != classes)
            throw new ArgumentException($"LabelWeights must hold one weight per class, {classes}. Received: {given.Count}.", nameof(yPred));
        Build(PerLabel ? classes : 1);

        var labels = PerLabel ? classes : 1;
        var steps = Ladder.Count + 1;
        var (positive, negative) = (new double[labels * steps], new double[labels * steps]);
        Count(yTrue, yPred, sampleWeight, classes, positive, negative);
        for (var label = 0; label < labels; label++)
            Add(positive.AsSpan(label * steps, steps), negative.AsSpan(label * steps, steps), label, labels);
    }

    /// <summary>Makes the thresholds, once.</summary>
    private protected abstract ThresholdLadder MakeLadder();

    /// <summary>What has been counted in a cell: per threshold, and per label where each counts on its own.</summary>
    private protected ReadOnlySpan<float> CountOf(Cell cell) => _counts[(int)cell]!.View.Floats;

    /// <summary>Creates the variables, once.</summary>
    private protected void Build(int labels)
    {
        if (IsBuilt)
        {
            if (PerLabel && base.Variables[0].Shape[1] != labels)
                throw new ArgumentException($"{GetType().Name} counts {base.Variables[0].Shape[1]} labels. Received predictions with {labels}.");
            return;
        }

        foreach (var (name, cell) in Counted)
            _counts[(int)cell] = AddVariable(name, PerLabel ? [Ladder.Count, labels] : [Ladder.Count]);
    }

    /// <summary>The quotient, and 0 over 0.</summary>
    private protected static double Ratio(double part, double rest) => part + rest == 0 ? 0 : part / (part + rest);

    /// <summary>One number per threshold as a tensor; a scalar if there is one threshold.</summary>
    private protected Tensor PerThreshold(Func<int, double> value)
    {
        var result = Tensor.New(Ladder.Count == 1 ? Shape.Scalar : [Ladder.Count]);
        for (var i = 0; i < Ladder.Count; i++) result.Floats[i] = (float)value(i);
        return result;
    }

    // The weight of predictions by the number of thresholds that they exceed, one row of numbers per label.
    private void Count(Tensor yTrue, Tensor yPred, Tensor? sampleWeight, int classes, double[] positive, double[] negative)
    {
        var truth = yTrue.Floats;
        var predicted = yPred.Floats;
        var weights = new SampleWeights(sampleWeight, yPred.Shape);
        var rows = HighestOnly is null ? default : new Rows(yPred);
        Span<bool> highest = HighestOnly is null ? [] : new bool[classes];
        for (var i = 0; i < predicted.Length; i++)
        {
            var c = i % classes;
            if (HighestOnly is { } k && c == 0) rows.MarkHighest(i / classes, k, highest);
            if (OnlyClass is { } only && c != only) continue;
            var weight = weights[i] * (ClassWeights?[c] ?? 1.0);
            var exceeded = Ladder.Exceeded(highest.IsEmpty || highest[c] ? predicted[i] : Excluded);
            (truth[i] != 0 ? positive : negative)[(PerLabel ? c : 0) * (Ladder.Count + 1) + exceeded] += weight;
        }
    }

    // What exceeds a threshold is a yes there, and at all lower ones.
    private void Add(ReadOnlySpan<double> positive, ReadOnlySpan<double> negative, int label, int labels)
    {
        double truePositives = 0, falsePositives = 0, allPositives = 0, allNegatives = 0;
        foreach (var weight in positive) allPositives += weight;
        foreach (var weight in negative) allNegatives += weight;
        for (var step = Ladder.Count - 1; step >= 0; step--)
        {
            truePositives += positive[step + 1];
            falsePositives += negative[step + 1];
            var index = Ladder.Order[step] * labels + label;
            AddTo(Cell.TruePositives, index, truePositives);
            AddTo(Cell.FalsePositives, index, falsePositives);
            AddTo(Cell.TrueNegatives, index, allNegatives - falsePositives);
            AddTo(Cell.FalseNegatives, index, allPositives - truePositives);
        }
    }

    private void AddTo(Cell cell, int index, double weight)
    {
        if (_counts[(int)cell] is { } variable) variable.Write()[index] += (float)weight;
    }
}
