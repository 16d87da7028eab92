using System.Text;
using System.Text.Json.Nodes;
using Descent.Callbacks;
using Descent.Optimizers;
using Descent.Saving;
using Descent.Training;

namespace Descent.Distribution;

/// <summary>
/// Keeps the ranks of a run together where they are not by themselves. Only rank 0 has callbacks: while they are called the others do what it tells them, and
/// in the end what was decided holds on all ranks.
/// </summary>
internal sealed class Conductor
{
    private readonly Communicator _communicator;
    private readonly TrainingRun _run;
    private readonly Optimizer[] _rates; // those whose learning rate is a number
    private readonly double[] _message; // what to do, what comes with it, whether to stop or to throw, whether weights and layers have changed, and the rates
    private readonly CancellationToken _cancellation; // that of rank 0 counts
    private readonly bool _inBatches; // whether a callback may act at a batch or the run be cancelled there; otherwise ranks need not meet there
    private readonly Variable[] _weights;
    private readonly bool[] _trainable; // before callbacks were called
    private long _versions;

    /// <summary>Begins a run: gives all ranks the weights and the random numbers of rank 0.</summary>
    /// <param name="run">The run.</param>
    /// <param name="distribution">Over which ranks it goes.</param>
    /// <param name="callbacks">The callbacks of this rank.</param>
    /// <param name="cancellation">Cancels the run: on rank 0, for all ranks at the same batch.</param>
    public Conductor(TrainingRun run, DataParallel distribution, IReadOnlyList<Callback> callbacks, CancellationToken cancellation)
    {
        (_communicator, _run, _cancellation) = (distribution.Communicator, run, cancellation);
        _weights = [.. run.Model.Weights];
        _trainable = new bool[_weights.Length];
        _rates = [.. run.Compilation.Optimizer.RateHolders.Where(o => o.LearningRate is { Schedule: null, Function: null })];
        _message = new double[(int)Place.Rates + _rates.Length];
        _communicator.ShareWeights(run.Model);
        ShareLayers();
        int[] inBatches = [cancellation.CanBeCanceled || callbacks.Any(c => c.ActsInBatches) ? 1 : 0];
        _communicator.Broadcast<int>(inBatches);
        _inBatches = inBatches[0] == 1;
    }

    private enum Place
    {
        Order,
        Length,
        Stop,
        Cancel,
        Weights,
        Layers,
        Rates,
    }

    private enum Order
    {
        GoOn,
        GatherState,
        Restore,
        Fail,
    }

    /// <summary>Whether callbacks are being called, and the other ranks wait for orders.</summary>
    public bool IsConducting { get; private set; }

    private bool Leads => _communicator.Rank == 0;

    /// <summary>Callbacks are about to be called, or on another rank: would be.</summary>
    /// <param name="logs">The values of an epoch, to which callbacks may add.</param>
    /// <param name="inBatch">Whether it is about a batch.</param>
    public void Before(Logs? logs = null, bool inBatch = false)
    {
        if (inBatch && !_inBatches) return;
        if (!Leads)
        {
            Follow(logs);
            ThrowIfCancelled();
            return;
        }

        (IsConducting, _versions) = (true, Versions());
        for (var i = 0; i < _weights.Length; i++) _trainable[i] = _weights[i].Trainable;
    }

    /// <summary>Callbacks have been called.</summary>
    /// <inheritdoc cref="Before"/>
    public void After(Logs? logs = null, bool inBatch = false)
    {
        if (!IsConducting) return;
        IsConducting = false;
        Set(Place.Stop, _run.Model.StopTraining);
        Set(Place.Cancel, inBatch && _cancellation.IsCancellationRequested);
        Set(Place.Weights, Versions() != _versions);
        Set(Place.Layers, !IsTrainedAsBefore());
        for (var i = 0; i < _rates.Length; i++) _message[(int)Place.Rates + i] = _rates[i].LearningRate.Value;
        var values = logs is null ? [] : SharedData.BytesOf(new JsonObject(logs.Select(l => KeyValuePair.Create(l.Key, TrainingState.Write(l.Value)))));
        Send(Order.GoOn, values);
        ShareChanges();
        ThrowIfCancelled();
    }

    /// <summary>Tells the other ranks to give rank 0 their part of the optimizer's state.</summary>
    public void OrderState() => Send(Order.GatherState, []);

    /// <summary>Tells the other ranks to go on from a checkpoint.</summary>
    public void OrderRestore(string path)
    {
        Send(Order.Restore, []);
        using var file = File.OpenRead(path);
        _communicator.ShareFile(file);
    }

    /// <summary>Training has failed. If it was in a callback, the others learn why from rank 0, for which they wait.</summary>
    public void Fail(Exception exception)
    {
        if (!IsConducting) return;
        IsConducting = false;
        if (exception is not CommunicationException) Send(Order.Fail, Encoding.UTF8.GetBytes(exception.Message));
    }

    private void Follow(Logs? logs)
    {
        while (true)
        {
            _communicator.Broadcast<double>(_message);
            var data = _communicator.Share([], (int)_message[(int)Place.Length]);
            switch ((Order)_message[(int)Place.Order])
            {
                case Order.GatherState:
                    _run.Compilation.Distribution!.SlicesOf(_run.Compilation.Optimizer)?.GatherWhole(everywhere: false);
                    continue;
                case Order.Restore:
                    Restore();
                    continue;
                case Order.Fail:
                    throw new LeaderException($"All ranks must go on together. Received: rank 0 cannot: {Encoding.UTF8.GetString(data)}");
            }

            _run.Model.StopTraining = Is(Place.Stop);
            for (var i = 0; i < _rates.Length; i++)
                if (_message[(int)Place.Rates + i] is var rate && _rates[i].LearningRate.Value != rate) _rates[i].LearningRate = rate;
            if (logs is not null)
                foreach (var (name, value) in SharedData.Parse(data)) logs[name] = TrainingState.Read(value) ?? double.NaN;
            ShareChanges();
            return;
        }
    }

    private void Send(Order order, byte[] data)
    {
        (_message[(int)Place.Order], _message[(int)Place.Length]) = ((double)order, data.Length);
        _communicator.Broadcast<double>(_message);
        _communicator.Share(data, data.Length);
    }

    private void ShareChanges()
    {
        if (Is(Place.Weights)) _communicator.ShareWeights(_run.Model);
        if (Is(Place.Layers)) ShareLayers();
    }

    // Ranks need no disk in common: the checkpoint comes to them.
    private void Restore()
    {
        var path = Path.GetTempFileName();
        try
        {
            using (var file = File.Create(path)) _communicator.ShareFile(file);
            Checkpoint.Read(path).ApplyTo(_run, requireSameData: true);
        }
        finally
        {
            File.Delete(path);
        }
    }

    // Random numbers of layers and of all that draws seeds, and what is frozen.
    private void ShareLayers()
    {
        var (seed, taken) = RandomSeed.Position;
        var own = new JsonObject { ["seed"] = seed, ["taken"] = taken, ["layers"] = LayerStates.Get(_run.Model).Values.DeepClone() };
        var state = _communicator.Share(own);
        if (Leads) return;
        RandomSeed.Position = (state["seed"]!.GetValue<long>(), state["taken"]!.GetValue<ulong>());
        var layers = new TrainingState();
        foreach (var (name, value) in state["layers"]!.AsObject()) layers.Values[name] = value?.DeepClone();
        LayerStates.Set(_run.Model, layers);
    }

    private void ThrowIfCancelled()
    {
        if (Is(Place.Cancel)) throw new OperationCanceledException(_cancellation);
    }

    private bool IsTrainedAsBefore()
    {
        var isSame = true;
        for (var i = 0; i < _weights.Length; i++) isSame &= _trainable[i] == _weights[i].Trainable;
        return isSame;
    }

    private long Versions()
    {
        long versions = 0;
        foreach (var weight in _weights) versions += weight.Version;
        return versions;
    }

    private bool Is(Place place) => _message[(int)place] != 0;

    private void Set(Place place, bool value) => _message[(int)place] = value ? 1 : 0;
}
