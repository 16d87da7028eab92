using Descent.Monitoring;
using Descent.Optimizers;

namespace Descent.Callbacks;

/// <summary>Writes event files for TensorBoard: losses, metrics and learning rates as curves, weights and gradients as histograms, the model as text and graph.</summary>
/// <remarks>
/// <para>
/// Folders and tags are Keras': in <c>train</c> and <c>validation</c>, <c>epoch_loss</c>, <c>epoch_accuracy</c>, <c>epoch_learning_rate</c>, with <see cref="UpdateFreq"/>
/// also <c>batch_loss</c>, and after each evaluation <c>evaluation_loss_vs_iterations</c>. Each run of <c>Fit</c> begins new files; TensorBoard shows all files of a
/// folder as one run, so give each training a folder of its own.
/// </para>
/// <para>
/// What was written can be read at once, and stays readable when training fails or is killed. A training that <see cref="BackupAndRestore"/> continues counts its steps on,
/// in new files; what it had written beyond the checkpoint stands there twice.
/// </para>
/// </remarks>
/// <example><code>
/// model.Fit(x, y, epochs: 10, validationSplit: 0.2, callbacks: [new TensorBoard("logs/adam") { HistogramFreq = 1 }]);
/// // tensorboard --logdir logs
/// </code></example>
public sealed class TensorBoard : Callback
{
    private EventFile? _train;
    private EventFile? _validation;
    private Optimizer? _watched;
    private bool _isTraining;
    private int _steps;
    private int _epoch;
    private int _iterationsBefore;
    private long _epochBegan;
    private long _stepBegan;

    /// <summary>Creates the callback.</summary>
    /// <param name="logDir">The folder of the event files, created when it is needed. Default <c>"logs"</c>.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public TensorBoard(string logDir = "logs")
    {
        ArgumentException.ThrowIfNullOrEmpty(logDir);
        LogDir = logDir;
    }

    /// <summary>The folder of the event files.</summary>
    public string LogDir { get; }

    /// <summary>After how many epochs histograms of the weights are written: for epoch 0 and each multiple of this. Default 0: never. Values that are NaN or infinite are not counted.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 0.</exception>
    public int HistogramFreq
    {
        get;
        init => field = Check.AtLeast(0, value, nameof(HistogramFreq));
    }

    /// <summary>
    /// Whether histograms of the gradients are written in the epochs in which those of the weights are, as in Keras 2: the gradients of the epoch's first step, before clipping. Default false.
    /// </summary>
    public bool WriteGrads { get; init; }

    /// <summary>Whether the summary of the model is written as text, and that of a <see cref="Sequential"/> or functional model as a graph too. Default true.</summary>
    public bool WriteGraph { get; init; } = true;

    /// <summary>Whether the training steps per second are written, for each epoch and, by <see cref="UpdateFreq"/>, for single steps. Default false.</summary>
    public bool WriteStepsPerSecond { get; init; }

    /// <summary>
    /// When the loss and the metrics are written beside the end of each epoch: <c>"batch"</c> for every step, or after a number of steps. Metrics must be worked out for it, which
    /// takes time. Default <c>"epoch"</c>: not at all.
    /// </summary>
    public UpdateFrequency UpdateFreq { get; init; }

    /// <summary>The step to profile in Keras; here 0, the default, is the only value.</summary>
    /// <exception cref="NotSupportedException">It is another value.</exception>
    public int ProfileBatch
    {
        get;
        init => field = value == 0 ? 0 : throw new NotSupportedException(
            FormattableString.Invariant($"ProfileBatch must be 0: Descent writes no profiles for TensorBoard. Received: {value}. Use dotnet-trace, or the histogram descent.training.step.duration of the meter \"Descent\"."));
    }

    /// <summary>Tells the time, which events carry.</summary>
    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    private EventFile Train => _train ??= new EventFile(Path.Combine(LogDir, "train"), Clock);

    private EventFile Validation => _validation ??= new EventFile(Path.Combine(LogDir, "validation"), Clock);

    /// <inheritdoc/>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public override void OnTrainBegin()
    {
        Close(); // a training before this one may have failed
        (_isTraining, _steps) = (true, 0);
        if (WriteGraph) WriteModel();
        Train.Flush();
    }

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch)
    {
        _epoch = epoch;
        MarkTime();
        if (WriteGrads && HasHistograms(epoch)) Watch(Model.Optimizer);
    }

    /// <inheritdoc/>
    public override void OnTrainBatchBegin(int batch)
    {
        _steps++;
        _stepBegan = Clock.GetTimestamp();
    }

    /// <inheritdoc/>
    public override void OnTrainBatchEnd(int batch, Logs logs)
    {
        if (UpdateFreq.Steps is not { } frequency || _steps % frequency != 0) return;
        if (WriteStepsPerSecond) Train.Scalar("batch_steps_per_second", 1 / Clock.GetElapsedTime(_stepBegan).TotalSeconds, _steps);
        foreach (var (name, value) in logs) Train.Scalar("batch_" + name, value, _steps);
        Train.Flush();
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        const string Prefix = "val_";
        Watch(null);
        foreach (var (name, value) in logs)
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal)) Validation.Scalar("epoch_" + name[Prefix.Length..], value, epoch);
            else Train.Scalar("epoch_" + name, value, epoch);
        }

        Optimizer[] holders = [.. Model.Optimizer!.RateHolders];
        foreach (var optimizer in holders) Train.Scalar(holders.Length == 1 ? "epoch_learning_rate" : $"epoch_learning_rate_{optimizer.Name}", optimizer.LearningRate, epoch);
        if (WriteStepsPerSecond)
            Train.Scalar("epoch_steps_per_second", (Model.Optimizer.Iterations - _iterationsBefore) / Clock.GetElapsedTime(_epochBegan).TotalSeconds, epoch);
        if (HasHistograms(epoch))
            foreach (var weight in Model.Weights) WriteHistogram(weight, weight.View, "histogram");
        Train.Flush();
        _validation?.Flush();
    }

    /// <inheritdoc/>
    public override void OnTestEnd(Logs logs)
    {
        if (Model.Optimizer is { } optimizer)
            foreach (var (name, value) in logs) Validation.Scalar($"evaluation_{name}_vs_iterations", value, optimizer.Iterations);
        if (_isTraining) _validation?.Flush();
        else Close();
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(Logs logs) => Close();

    /// <inheritdoc/>
    public override TrainingState GetState() => new() { Values = { ["steps"] = _steps, ["epoch"] = _epoch } };

    /// <inheritdoc/>
    public override void SetState(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var reader = state.Reader(nameof(TensorBoard));
        (_steps, _epoch) = (reader.Int("steps"), reader.Int("epoch"));
        MarkTime(); // what was taken before the training was interrupted took another time
    }

    private void MarkTime() => (_iterationsBefore, _epochBegan) = (Model.Optimizer!.Iterations, Clock.GetTimestamp());

    private void Close()
    {
        Watch(null);
        _train?.Dispose();
        _validation?.Dispose();
        (_train, _validation, _isTraining) = (null, null, false);
    }

    private bool HasHistograms(int epoch) => HistogramFreq > 0 && epoch % HistogramFreq == 0;

    private void Watch(Optimizer? optimizer)
    {
        if (_watched is not null) _watched.StepBegun -= WriteGradients;
        _watched = optimizer;
        if (_watched is not null) _watched.StepBegun += WriteGradients;
    }

    private void WriteGradients(Optimizer optimizer, IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables)
    {
        Watch(null);
        for (var i = 0; i < gradients.Count; i++)
            if (gradients[i] is { } gradient) WriteHistogram(variables[i], gradient, "gradient/histogram");
    }

    private void WriteHistogram(Variable variable, Tensor values, string what)
    {
        if (values.DType == DType.Float32) Train.Histogram($"{variable.Path.Replace(':', '_')}/{what}", values.AsSpan(), _epoch);
    }

    private void WriteModel()
    {
        var summary = new StringWriter { NewLine = "\n" };
        Model.Summary(summary);
        Train.Text("summary", $"```\n{summary}```", 0);
        if (Model is not Sequential && Model.GetType() != typeof(Model)) return; // a class of the user's, which Keras leaves out, too
        try
        {
            Train.KerasModel(Model.Serialize().ToJsonString());
        }
        catch (Exception exception) when (exception is NotSupportedException or InvalidOperationException or ArgumentException)
        {
            DescentLog.Warn<TensorBoard>($"Model '{Model.Name}' has no config, so that TensorBoard cannot draw it. {exception.Message}");
        }
    }
}
