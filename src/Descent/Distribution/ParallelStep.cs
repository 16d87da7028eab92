using Descent.Callbacks;
using Descent.Data;
using Descent.Memory;
using Descent.Optimizers;
using Descent.Training;

namespace Descent.Distribution;

/// <summary>A step that all ranks take together: each has gradients and metrics of its rows, and all take the step with those of the whole batch.</summary>
internal sealed class ParallelStep : IGradientObserver
{
    private readonly DataParallel _distribution;
    private readonly TrainingStep _step;
    private readonly Optimizer _optimizer;
    private readonly OptimizerSlices? _slices;
    private readonly FlatLayout _layout;
    private readonly Tensor?[] _gradients; // of a shard, then of the batch
    private readonly Variable[] _views; // over the gradients of the batch
    private readonly Action<Shard, Batch> _train;
    private readonly Action<Shard, Batch> _differentiate;
    private readonly Action<Shard, Batch> _test;
    private GradientBuckets? _buckets; // where each rank has one shard
    private bool _counts; // whether the shard has rows of the batch
    private Memory<float> _viewed;

    public ParallelStep(DataParallel distribution, TrainingStep step, Optimizer optimizer)
    {
        (_distribution, _step, _optimizer, _slices) = (distribution, step, optimizer, distribution.SlicesOf(optimizer));
        _layout = new FlatLayout(step.Variables);
        (_gradients, _views) = (new Tensor?[step.Variables.Count], new Variable[step.Variables.Count]);
        (_train, _differentiate, _test) = (Train, Differentiate, Test);
    }

    /// <summary>Whether it has taken a step of training or evaluation.</summary>
    public bool HasRun { get; private set; }

    // What the optimizer updates here.
    private IReadOnlyList<Variable> Variables => _slices?.Parts ?? _step.Variables;

    /// <summary>Takes a step of training.</summary>
    /// <param name="batch">The rows of this rank.</param>
    public Logs Train(Batch batch)
    {
        Run(batch, _train);
        Gather();
        var logs = Count();
        if (_optimizer.Perturbs)
        {
            using var perturbed = _optimizer.PerturbWeights(_gradients, Variables);
            if (perturbed is not null)
            {
                _slices?.GatherWeights();
                Run(batch, _differentiate);
                Gather();
            }
        }

        if (_slices is null) _step.Apply(_gradients);
        else _slices.Apply(_gradients);
        return logs;
    }

    void IGradientObserver.Complete(int source, Tensor gradient) => _buckets!.Add(source, _counts ? gradient : null);

    /// <summary>Measures a batch.</summary>
    /// <param name="batch">The rows of this rank.</param>
    public Logs Test(Batch batch)
    {
        Run(batch, _test);
        return Count();
    }

    private void Run(Batch batch, Action<Shard, Batch> work)
    {
        HasRun = true;
        try
        {
            _distribution.Crew.Run(batch, _distribution.Rows.TotalRows, work);
        }
        catch
        {
            _distribution.Gradients.Clear();
            _distribution.Measures.Clear();
            throw;
        }
    }

    private Logs Count() => _step.Count(_distribution.Measures.Finish().Span, _distribution.Rows.TotalRows);

    private void Train(Shard shard, Batch batch) => Differentiate(shard, batch, measures: true);

    private void Differentiate(Shard shard, Batch batch) => Differentiate(shard, batch, measures: false);

    private void Test(Shard shard, Batch batch)
    {
        var (loss, predicted) = _step.Forward(batch, training: false);
        Measure(shard, loss, batch, predicted);
    }

    private void Differentiate(Shard shard, Batch batch, bool measures)
    {
        using var tape = new GradientTape();
        var (loss, predicted) = _step.Forward(batch, training: true);
        var scaled = _optimizer.ScaleLoss(loss);
        tape.Dispose();
        if (measures) Measure(shard, loss, batch, predicted);

        // Losses are means over rows: each shard counts by its part of them.
        using var _ = new StepMemory.Seclusion(true);
        var share = shard.Share == 1f ? null : Tensor.Full(scaled.Shape, shard.Share);
        if (_distribution.HasBuckets)
        {
            _buckets ??= new GradientBuckets(_distribution.Communicator, _layout, _distribution.Room(_layout.Length), _slices);
            _distribution.Crew.Buckets = _buckets;
            _buckets.Clear();
            _counts = shard.Rows > 0;
            using var exchange = _buckets.Begin();
            tape.Gradient(scaled, _step.Views, _gradients, share, observer: this);
            return;
        }

        tape.Gradient(scaled, _step.Views, _gradients, share);
        var sums = _distribution.Gradients.Next(_layout.Length);
        for (var i = 0; i < _gradients.Length; i++)
        {
            var (start, length) = _layout.Room(i);
            var room = sums.Slice(start, length);
            if (_gradients[i] is { } gradient && shard.Rows > 0) gradient.Floats.CopyTo(room);
            else room.Clear();
        }

        _distribution.Gradients.Add(shard.Index);
    }

    private void Measure(Shard shard, Tensor loss, Batch batch, Tensors predicted)
    {
        var measured = _step.Measure(loss, shard.Share, batch.Targets, predicted, batch.SampleWeights);
        var sums = _distribution.Measures.Next(measured.Length);
        if (shard.Rows > 0) measured.CopyTo(sums);
        else sums.Clear();
        _distribution.Measures.Add(shard.Index);
    }

    // The gradients of the batch take the place of those of a shard; one that no shard has stays away.
    private void Gather()
    {
        var sums = _buckets?.Finish() ?? _distribution.Gradients.Finish();
        if (_buckets is null && _slices is not null) sums = _slices.Of(sums);
        if (!sums.Equals(_viewed))
        {
            _viewed = sums;
            for (var i = 0; i < _views.Length; i++)
            {
                var variable = Variables[i];
                _views[i] = Variable.Wrap(variable.Path, sums.Slice(_slices?.Offset(i) ?? _layout.Room(i).Start, variable.Shape.Size), variable.Shape, trainable: false);
            }
        }

        for (var i = 0; i < _gradients.Length; i++)
            if (_gradients[i] is not null) _gradients[i] = _views[i].View;
    }
}
