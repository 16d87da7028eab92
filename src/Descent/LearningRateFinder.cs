using Descent.Data;
using Descent.Optimizers;
using Descent.Training;

namespace Descent;

/// <summary>Finds a learning rate by a range test: trains for a few steps with a rate that rises, looks at the loss, and takes everything back.</summary>
/// <remarks>
/// <code>
/// rate of step i:  Minimum · (Maximum / Minimum) ^ (i / (Steps − 1)),  or a straight line if Linear
/// smoothed loss:   average = Smoothing · average + (1 − Smoothing) · loss;  divided by 1 − Smoothing ^ (i + 1)
/// it ends early:   the smoothed loss is over DivergenceFactor times the lowest one, or the loss is NaN or infinite
/// suggestion:      the rate halfway between where the smoothed loss falls most steeply over log(rate) and where it is lowest (LearningRateCurve.Suggestion)
/// </code>
/// <para>
/// Afterwards the model is as before: weights, the optimizer's state and learning rate or schedule, moving averages, metrics, history and random streams. The next
/// <c>Fit</c> gives bit for bit what it would have given. The same holds if the test is cancelled or fails. Weights that do not exist yet are made, as
/// <see cref="Model.Build(Shape)"/> makes them. State that layers or optimizers of your own keep outside of variables is not known here, and stays as the test left it.
/// An optimizer that was not built yet is built for the test, and again by the next <c>Fit</c>: one of your own must begin its <see cref="Optimizer.Build"/> with empty lists.
/// </para>
/// <para>
/// Every optimizer with one learning rate can be tested, also one that wraps another or has a schedule; a <see cref="MultiOptimizer"/> has several. If it accumulates
/// gradients, a step of the test is an update; if some are accumulated already, the first step goes on from there. The <c>Decay</c> of an optimizer of Keras 1
/// or 2 is made up for: the steps have the rates of the curve.
/// </para>
/// </remarks>
/// <example><code>
/// LearningRateCurve curve = new LearningRateFinder().Find(model, x, y);
/// model.Optimizer!.LearningRate = curve.Suggestion!.Value;
/// model.Fit(x, y, epochs: 20);
/// </code></example>
/// <seealso href="https://arxiv.org/abs/1506.01186">Smith, Cyclical Learning Rates for Training Neural Networks</seealso>
public sealed class LearningRateFinder
{
    /// <summary>The rate of the first step, above 0 and below <see cref="Maximum"/>; default 1e-7.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not positive and finite.</exception>
    public double Minimum { get; init => field = Check.Positive(value, nameof(Minimum)); } = 1e-7;

    /// <summary>The rate of the last step; default 10.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not positive and finite in float32.</exception>
    public double Maximum { get; init => field = LearningRate.Finite(Check.Positive(value, nameof(Maximum))); } = 10;

    /// <summary>The steps of the test, 2 or more; default 100. Data that is shorter is gone through again.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 2.</exception>
    public int Steps { get; init => field = Check.AtLeast(2, value, nameof(Steps)); } = 100;

    /// <summary>Whether the rate rises by the same amount each step, instead of by the same factor. Default: no.</summary>
    public bool Linear { get; init; }

    /// <summary>How much of the smoothed loss stays from step to step, in [0, 1); default 0.9.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1).</exception>
    public double Smoothing
    {
        get;
        init => field = Check.UnitIntervalOpenAtOne(value, nameof(Smoothing));
    } = 0.9;

    /// <summary>How many times the lowest smoothed loss ends the test, above 1; default 4. If the loss gets negative, only NaN and infinity end it early.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not above 1.</exception>
    public double DivergenceFactor
    {
        get;
        init => field = value > 1 ? value : throw Check.OutOfRange(nameof(DivergenceFactor), "above 1", value);
    } = 4;

    /// <summary>Tests a model on arrays.</summary>
    /// <param name="model">A compiled model.</param>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <param name="y">The targets, one row per sample.</param>
    /// <param name="batchSize">The samples of one step, 1 or more: as many as training will take. Default 32.</param>
    /// <param name="shuffle">Whether the samples are shuffled before each pass. Default true.</param>
    /// <param name="classWeight">How much the samples of a class count, by its number.</param>
    /// <param name="sampleWeight">How much each sample counts, of shape <c>(samples)</c>.</param>
    /// <param name="cancellationToken">Ends the test after the step that runs.</param>
    /// <returns>The losses, rate by rate, and a suggestion.</returns>
    /// <exception cref="InvalidOperationException">The model is not compiled with a loss, or with a <see cref="MultiOptimizer"/>.</exception>
    /// <exception cref="ArgumentException"><see cref="Minimum"/> is not below <see cref="Maximum"/>, or the data is empty, has NaN, or its parts do not fit each other or the model.</exception>
    /// <exception cref="OperationCanceledException">The test was cancelled; the model is as before.</exception>
    public LearningRateCurve Find(
        Model model,
        Tensors x,
        Tensors y,
        int batchSize = 32,
        bool shuffle = true,
        IReadOnlyDictionary<int, double>? classWeight = null,
        Tensors? sampleWeight = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        var data = DataChecks.Arrange(model, x!, y!, sampleWeight, classWeight);
        DataChecks.CheckBatchSize(batchSize);
        // As the next Fit would shuffle, which then still does.
        using var batches = new ArrayBatches(data.Inputs, data.Targets, data.SampleWeights, 0, data.X.Shape[0], batchSize, shuffle ? RandomSeed.Peek : null);
        return Find(model, batches, cancellationToken);
    }

    /// <summary>Tests a model on batches that the caller makes.</summary>
    /// <param name="model">A compiled model.</param>
    /// <param name="batches">The batches; a sequence that is shorter than the test is enumerated again.</param>
    /// <param name="classWeight">How much the samples of a class count, by its number.</param>
    /// <param name="cancellationToken">Ends the test after the step that runs.</param>
    /// <returns>The losses, rate by rate, and a suggestion.</returns>
    /// <exception cref="InvalidOperationException">The model is not compiled with a loss, or with a <see cref="MultiOptimizer"/>, or the sequence is shorter than the test and cannot be enumerated again.</exception>
    /// <exception cref="ArgumentException"><see cref="Minimum"/> is not below <see cref="Maximum"/>, there is no batch, or one does not fit the model.</exception>
    /// <exception cref="OperationCanceledException">The test was cancelled; the model is as before.</exception>
    public LearningRateCurve Find(Model model, IEnumerable<Batch> batches, IReadOnlyDictionary<int, double>? classWeight = null, CancellationToken cancellationToken = default)
    {
        using var source = new EnumerableBatches(model, batches, classWeight);
        return Find(model, source, cancellationToken);
    }

    private LearningRateCurve Find(Model model, BatchSource batches, CancellationToken cancellationToken)
    {
        if (Minimum >= Maximum)
            throw new ArgumentException(FormattableString.Invariant($"Minimum must be below Maximum. Received: Minimum={Minimum}, Maximum={Maximum}."));
        var test = new RangeTest(this);
        var calls = model.Optimizer is { } optimizer ? checked(Steps * optimizer.CallsPerUpdate) - optimizer.CallsSinceUpdate : Steps;
        model.Rehearse(batches, calls, test, $"{nameof(LearningRateFinder)}.{nameof(Find)}", cancellationToken);
        return test.Curve;
    }

    /// <summary>The rate of a step.</summary>
    internal double RateOf(int step)
    {
        var fraction = (double)step / (Steps - 1);
        return Linear ? Minimum + (Maximum - Minimum) * fraction : Minimum * Math.Pow(Maximum / Minimum, fraction);
    }
}
