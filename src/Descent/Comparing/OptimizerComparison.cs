using System.Globalization;
using Descent.Comparing;
using Descent.Losses;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;
using Descent.Training;

namespace Descent;

/// <summary>Trains the same model under several optimizers and learning rates, and tells which does best.</summary>
/// <remarks>
/// <para>
/// Comparisons are paired: in run k every optimizer and rate starts from the same weights and sees the same batches and the same dropout, those of
/// <see cref="RandomSeed"/> set to <see cref="Seed"/> + k before the model is made. Any training of a comparison can so be repeated by hand. The same
/// seed gives the same result on any number of threads, but for the time of a step.
/// </para>
/// <para>
/// Trainings run one after another, so that none takes the cores from another whose steps are timed. Each lasts <see cref="Epochs"/> epochs; it ends
/// early when its loss is NaN or infinite, and counts as diverged then.
/// </para>
/// </remarks>
/// <example><code>
/// var comparison = new OptimizerComparison(() =&gt; new Sequential([new Dense(32, "relu"), new Dense(1, "sigmoid")]), "binary_crossentropy", ["accuracy"])
/// {
///     Optimizers = ["sgd", "adam", new SGD(0.01) { Name = "momentum", Momentum = 0.9 }],
///     LearningRates = [0.1, 0.01, 0.001],
/// };
/// ComparisonResult result = comparison.Run(x, y, validationSplit: 0.2);
/// Console.WriteLine(result);
/// result.SaveReport("report.html");
/// </code></example>
public sealed class OptimizerComparison
{
    private readonly Func<Model> _model;
    private readonly CompileLoss _loss;
    private readonly CompileMetric? _metrics;

    /// <summary>Prepares a comparison.</summary>
    /// <param name="model">
    /// Makes the model, once for each run: its weights are what all optimizers of the run start from. It need not be compiled. If it gives the same
    /// model each time, all runs start from its weights and differ in their batches; the model is then left as it was.
    /// </param>
    /// <param name="loss">The loss, as <see cref="Model.Compile"/> takes it.</param>
    /// <param name="metrics">The metrics, as <see cref="Model.Compile"/> takes them; default none.</param>
    public OptimizerComparison(Func<Model> model, CompileLoss loss, CompileMetric? metrics = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(loss);
        (_model, _loss, _metrics) = (model, loss, metrics);
    }

    /// <summary>
    /// What to compare, one or more: names with Keras' defaults, or objects, of whose options each training takes a copy. A <see cref="Optimizer.Name"/> of one's own
    /// tells two of a kind apart.
    /// </summary>
    /// <exception cref="ArgumentException">There is none, or two have the same name.</exception>
    public required IReadOnlyList<Optimizer> Optimizers
    {
        get;
        init
        {
            field = Check.NoNulls(value, nameof(Optimizers));
            if (field.Count == 0) throw new ArgumentException("Optimizers must be one or more. Received: none.", nameof(Optimizers));
            if (field.Select(NameOf).GroupBy(name => name).FirstOrDefault(names => names.Count() > 1) is { } twice)
                throw new ArgumentException($"Optimizers must have different names. Received: '{twice.Key}' {twice.Count()} times. Set the Name of all but one.", nameof(Optimizers));
        }
    }

    /// <summary>
    /// The learning rates to try with each optimizer; default 0.1, 0.01, 0.001. Empty: each optimizer's own. Optimizers with a schedule, and a <see cref="MultiOptimizer"/>,
    /// are trained with their own rate alone.
    /// </summary>
    /// <exception cref="ArgumentException">A rate is not positive and finite in float32, or there twice.</exception>
    public IReadOnlyList<double> LearningRates
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = [.. value.Select(rate => LearningRate.Finite(Check.Positive(rate, nameof(LearningRates))))];
            if (field.Distinct().Count() < field.Count)
                throw new ArgumentException(FormattableString.Invariant($"LearningRates must be different. Received: {string.Join(", ", field.Select(rate => rate.ToString(CultureInfo.InvariantCulture)))}."), nameof(LearningRates));
        }
    } = [0.1, 0.01, 0.001];

    /// <summary>Makes the schedule that begins at one of the <see cref="LearningRates"/>, counted in steps, or null where the rate stays. Default: it always stays.</summary>
    public Func<double, LearningRateSchedule?>? Schedule { get; init; }

    /// <summary>How often each training is repeated, with other weights and batches, 1 or more; default 3.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public int Runs { get; init => field = Check.AtLeast(1, value, nameof(Runs)); } = 3;

    /// <summary>The epochs of each training, 1 or more; default 20.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public int Epochs { get; init => field = Check.AtLeast(1, value, nameof(Epochs)); } = 20;

    /// <summary>The samples of one step, 1 or more; default 32.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public int BatchSize { get; init => field = Check.AtLeast(1, value, nameof(BatchSize)); } = 32;

    /// <summary>The seed of the first run; each further run takes the next number. Default null: that of <see cref="RandomSeed"/>.</summary>
    public long? Seed { get; init; }

    /// <summary>What decides which optimizer is better, such as <c>"val_accuracy"</c>. Default null: the first metric of which it is known whether it should rise, on the validation data, or <c>"val_loss"</c>.</summary>
    public string? Monitor { get; init; }

    /// <summary>Whether <see cref="Monitor"/> should fall or rise; default by its name.</summary>
    public Callbacks.MonitorMode Mode { get; init => field = Check.Defined(value, nameof(Mode)); }

    /// <summary>Trains: <see cref="Runs"/> times each optimizer with each rate.</summary>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <param name="y">The targets, one row per sample.</param>
    /// <param name="validationSplit">The part of the data, from its end, to judge by, in (0, 1). Default 0.2.</param>
    /// <param name="validationData">Data to judge by; it overrides <paramref name="validationSplit"/>.</param>
    /// <param name="progress">Told after each epoch, on the thread that trains.</param>
    /// <param name="cancellationToken">Ends the comparison after the step that runs; what the runs before showed is in <see cref="ComparisonProgress.Result"/>.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="ArgumentException">
    /// The data is empty, has NaN, or its parts do not fit each other or the model, there is nothing to validate on, <see cref="Monitor"/> is not measured, or an optimizer cannot be copied.
    /// </exception>
    /// <exception cref="InvalidOperationException">It is not known whether <see cref="Monitor"/> should fall or rise, or the rate of an optimizer comes from a function, so that it cannot be copied.</exception>
    /// <exception cref="OperationCanceledException">The comparison was cancelled.</exception>
    public ComparisonResult Run(
        Tensors x,
        Tensors y,
        double validationSplit = 0.2,
        (Tensors X, Tensors Y)? validationData = null,
        IProgress<ComparisonProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (validationData is null && !(validationSplit is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(validationSplit), FormattableString.Invariant($"validationSplit must be in (0, 1) unless there is validationData. Received: {validationSplit}."));
        var before = RandomSeed.Position;
        var watch = new ComparisonWatch(this, Contenders(), progress);
        try
        {
            for (var run = 0; run < Runs; run++)
            {
                using var start = new StartingPoint(_model, watch.Seed + run, x);
                foreach (var contender in watch.Contenders)
                {
                    start.Return();
                    var optimizer = contender.CreateOptimizer();
                    start.Model.Compile(optimizer, _loss, _metrics);
                    watch.Begin(contender, run, optimizer);
                    start.Model.Fit(x, y, BatchSize, Epochs, verbose: 0, [watch], validationSplit, validationData, cancellationToken: cancellationToken);
                }
            }

            return watch.Result!;
        }
        finally
        {
            RandomSeed.Position = before;
        }
    }

    // A class is better known than the name of its variables, unless someone has given one.
    private static string NameOf(Optimizer optimizer)
    {
        var type = optimizer.GetType().Name;
        if (optimizer.Name != KerasNames.ToSnakeCase(type)) return optimizer.Name;
        return optimizer.Version == KerasVersion.Keras3 ? type : $"{optimizer.Version}.{type}";
    }

    private Contender[] Contenders() =>
        [.. Optimizers.SelectMany(o => LearningRates.Count == 0 || o is MultiOptimizer || o.LearningRate.Schedule is not null
            ? [new Contender(NameOf(o), o, null, null)]
            : LearningRates.Select(rate => new Contender(NameOf(o), o, rate, Schedule)))];
}
