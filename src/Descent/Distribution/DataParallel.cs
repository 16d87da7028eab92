using System.Runtime.CompilerServices;
using Descent.Callbacks;
using Descent.Layers;
using Descent.Optimizers;
using Descent.Saving;
using Descent.Training;

namespace Descent.Distribution;

/// <summary>
/// Trains copies of a model on all ranks: each works on its part of each batch, and all take the same step with the gradients of the whole batch.
/// <c>Fit</c> and <c>Evaluate</c> are called with the same data on all ranks and need no other change; <c>Predict</c> works on the rank that calls it, alone.
/// </summary>
/// <remarks>
/// <para>
/// The numbers are those of one machine to float rounding, statistics of <c>BatchNormalization</c> and random numbers included; with <see cref="Deterministic"/> they are the
/// same bits on any number of ranks. Weights and seeds are those of rank 0, which also runs the callbacks and writes the files; what a callback decides holds on all ranks, and so does the cancellation of <c>Fit</c> on rank 0.
/// </para>
/// <para>A loss is the mean over the rows of all ranks; what layers and a <c>ComputeLoss</c> of your own add is averaged, weighted by rows.
/// The states of metrics are added up, as is right for sums and counts.</para>
/// </remarks>
/// <example><code>
/// using var parallel = new DataParallel(communicator) { ShardOptimizerState = true };
/// model.Compile("adam", "mse", distribution: parallel);
/// model.Fit(x, y, batchSize: 256); // of all ranks together
/// </code></example>
public sealed class DataParallel : Distribution, IDisposable
{
    /// <summary>The shards of a batch where results must not depend on the number of ranks: 1, 2, 3, 4, 6 and 12 ranks have equal shares.</summary>
    internal const int FixedShards = 12;

    private readonly ConditionalWeakTable<Optimizer, OptimizerSlices> _slices = [];
    private readonly ConditionalWeakTable<Model, DataParallel> _met = [];
    private Conductor? _conductor;
    private ShardCrew? _crew;
    private BatchCut? _cut;
    private bool _hasBegun; // and all ranks know that all others have
    private float[] _room = [];
    private ShardSums? _gradients;
    private ShardSums? _measures;

    /// <summary>Creates a distribution over the ranks of a communicator.</summary>
    /// <param name="communicator">What the ranks exchange gradients with. It stays the caller's, who disposes it.</param>
    public DataParallel(Communicator communicator)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        Communicator = communicator;
    }

    /// <summary>What the ranks exchange gradients with.</summary>
    public Communicator Communicator { get; }

    /// <summary>
    /// Whether results are the same bits on any number of ranks up to 12, one included: each batch is cut into 12 shards, which are computed one after another
    /// and added in a fixed order. It takes more time, as shards are small and every rank gets the sums of all. Default false.
    /// </summary>
    /// <exception cref="ArgumentException">There are more than 12 ranks.</exception>
    public bool Deterministic
    {
        get;
        init
        {
            if (value && Communicator.Size > FixedShards)
                throw new ArgumentException($"Deterministic cuts each batch into {FixedShards} shards, for as many ranks at most. Received: {Communicator.Size} ranks. Start fewer, or leave Deterministic off.", nameof(value));
            field = value;
        }
    }

    /// <summary>Whether each rank keeps only its part of the optimizer's state, and updates only that part of the weights: the state takes 1/N of the memory. Default false.</summary>
    public bool ShardOptimizerState { get; init; }

    /// <summary>Which rows of a batch are this rank's.</summary>
    internal BatchCut Rows => _cut ??= new BatchCut(Communicator, Shards);

    /// <summary>Runs the shards of this rank.</summary>
    internal ShardCrew Crew => _crew ??= new ShardCrew(Communicator, Shards, Deterministic);

    /// <summary>The gradients of the shards of a batch, one variable after another; without <see cref="HasBuckets"/>.</summary>
    internal ShardSums Gradients => _gradients ??= new ShardSums(Communicator, Shards, Deterministic);

    /// <summary>Whether gradients are exchanged while others are computed: where several ranks have one shard each, whose order does not matter.</summary>
    internal bool HasBuckets => !Deterministic && Communicator.Size > 1;

    /// <summary>Losses, and what metrics add to their states.</summary>
    internal ShardSums Measures => _measures ??= new ShardSums(Communicator, Shards, Deterministic);

    /// <summary>Room for the gradients of a step, the same in every step.</summary>
    internal Memory<float> Room(int length)
    {
        if (_room.Length < length) _room = GC.AllocateUninitializedArray<float>(length, pinned: true);
        return _room.AsMemory(0, length);
    }

    private ShardCut Shards => new(Deterministic ? FixedShards : Communicator.Size, Communicator.Size, Communicator.Rank);

    /// <summary>Whether this is the rank that calls callbacks and writes files.</summary>
    internal bool Leads => Communicator.Rank == 0;

    /// <summary>Whether rank 0 calls callbacks while the others wait for what it decides. What it does meanwhile, it does alone.</summary>
    internal bool IsConducting => _conductor is { IsConducting: true };

    /// <summary>Does what begins with checks of each rank's own: if they fail on one of them, the others do not wait for it, but refuse as well.</summary>
    internal T BeginTogether<T>(Func<T> work)
    {
        _hasBegun = false;
        try
        {
            return work();
        }
        catch (Exception exception) when (!_hasBegun && exception is not (StartException or CommunicationException))
        {
            StartCheck.Refuse(Communicator, exception);
            throw;
        }
    }

    /// <summary>Begins a run of Fit on all ranks.</summary>
    internal Conductor Begin(TrainingRun run, IReadOnlyList<Callback> callbacks, CancellationToken cancellation)
    {
        run.Training.CheckRanks(Communicator.Size);
        StartCheck.Compare(Communicator, "Fit", StartCheck.PartsOf(run, this));
        _hasBegun = true;
        Cut(run.Training, run.Validation);
        return _conductor = new Conductor(run, this, callbacks, cancellation);
    }

    /// <summary>Begins to evaluate on all ranks.</summary>
    internal void Begin(Model model, BatchSource batches, int? steps)
    {
        Meet(model);
        StartCheck.Compare(Communicator, "Evaluate", StartCheck.PartsOf(batches, steps));
        _hasBegun = true;
        Cut(batches, null);
    }

    /// <summary>Makes a model that was not seen before have the same weights on all ranks.</summary>
    internal void Meet(Model model)
    {
        if (_met.TryGetValue(model, out _)) return;
        StartCheck.Compare(Communicator, "the first use of a model", StartCheck.PartsOf(model));
        Communicator.ShareWeights(model);
        _met.Add(model, this);
    }

    /// <summary>Gives the optimizer of rank 0 the whole state until the result is disposed, so that it can be saved; the other ranks give their part.</summary>
    internal IDisposable? GatherState(Optimizer optimizer)
    {
        if (SlicesOf(optimizer) is not { } slices) return null;
        if (IsConducting) _conductor!.OrderState();
        else StartCheck.Compare(Communicator, "Save"); // all ranks come here by themselves
        return slices.GatherWhole(everywhere: false);
    }

    /// <summary>Rank 0 goes on from a checkpoint: so do all.</summary>
    internal void Restored(string path) => _conductor?.OrderRestore(path);

    /// <summary>Makes the batches of a run give the rows of this rank.</summary>
    private void Cut(BatchSource training, BatchSource? validation)
    {
        training.Cut = Rows;
        validation?.Cut = Rows;
    }

    /// <summary>Ends the threads that work on shards.</summary>
    public void Dispose()
    {
        _crew?.Dispose();
        _crew = null;
    }

    /// <summary>The optimizer of this rank's part of the variables; null where each rank has all of them.</summary>
    internal OptimizerSlices? SlicesOf(Optimizer optimizer) => _slices.TryGetValue(optimizer, out var slices) ? slices : null;

    /// <summary>Builds the optimizer of a model as it is needed for training.</summary>
    internal void Build(Optimizer optimizer, Model model)
    {
        if (SlicesOf(optimizer)?.Serves(model.TrainableVariables) == true) return;
        Refuse(optimizer, model);
        Meet(model); // some optimizers begin with copies of the weights
        var slices = SlicesOf(optimizer);
        slices?.GatherWhole(everywhere: true);
        if (!ShardOptimizerState || optimizer.IsBuilt) optimizer.BuildFor(model.Weights);
        if (ShardOptimizerState) _slices.AddOrUpdate(optimizer, new OptimizerSlices(Communicator, optimizer, model.TrainableVariables, model.Weights));
    }

    // What a part of the batch cannot do.
    private void Refuse(Optimizer optimizer, Model model)
    {
        if (optimizer.Nest.FirstOrDefault(o => o.LazyUpdates) is { } lazy)
            throw new ArgumentException($"A distribution needs an optimizer that updates all rows: no rank knows which ones the others have touched. Received: LazyUpdates of '{lazy.Name}'. Leave it off.");
        foreach (var (_, _, layer) in StateLayout.Layers(model))
        {
            if (layer is Recurrent { Stateful: true })
                throw new ArgumentException($"A distribution needs layers that do not remember rows from batch to batch: a row may come to another rank. Received: layer '{layer.Name}' with Stateful. Leave it off.");
            if (Deterministic && layer is SpectralNormalization)
                throw new ArgumentException($"Deterministic needs layers that change nothing in each of the {FixedShards} parts of a batch. Received: '{layer.Name}', a SpectralNormalization. Leave Deterministic off.");
        }
    }

    /// <summary>Training has ended, and the optimizer has set weights to what they shall be.</summary>
    internal void GatherWeights(Optimizer optimizer) => SlicesOf(optimizer)?.GatherWeights();
}
