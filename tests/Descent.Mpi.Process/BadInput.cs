using Descent.Callbacks;
using Descent.Distribution;
using Descent.Layers;

namespace Descent.Mpi.Ranks;

/// <summary>Ranks that cannot train together, as one of them has something else than the others.</summary>
internal static class BadInput
{
    /// <summary>Begins to train.</summary>
    /// <param name="what">What the rank has that differs, or what all of them do wrong.</param>
    /// <param name="argument">The rank, or the folder of a checkpoint.</param>
    public static int Run(string what, string argument) => MpiCommunicator.Run(mpi =>
    {
        var isOdd = argument == $"{mpi.Rank}";
        if (what == "twice") MpiCommunicator.Initialize().Dispose();
        if (what == "version") StartCheck.Compare(mpi, "Fit", ("version of Descent", isOdd ? "0.0.1" : "0.0.2"));
        RandomSeed.Set(what == "seed" && isOdd ? 8 : 7);
        var rows = what == "rows" && isOdd ? 90 : what == "empty" && isOdd ? 0 : 100;
        var (x, y) = (Tensor.Ones([rows, 4]), Tensor.Ones([rows, 1]));
        var model = new Sequential([new Dense(what == "model" && isOdd ? 6 : 5, what == "layers" && isOdd ? "tanh" : "relu") { InputShape = [4] }, new Dense(1)]);
        using var parallel = new DataParallel(mpi);
        model.Compile("sgd", "mse", distribution: parallel);
        Callback[] callbacks = what is "save" or "checkpoint" ? [new BackupAndRestore(argument) { DeleteCheckpoint = false }] : [];
        if (what == "checkpoint")
        {
            model = new Sequential([new Dense(1) { InputShape = [4] }]);
            model.Compile("sgd", "mse", distribution: parallel);
        }

        model.Fit(x, y, batchSize: what == "batch" ? 2 : 50, verbose: 0, callbacks: callbacks);
        if (what == "alone" && isOdd) model.Evaluate(x, y);
        if (what == "evaluate") model.Evaluate(Tensor.Ones([isOdd ? 90 : 100, 4]), Tensor.Ones([isOdd ? 90 : 100, 1]));
        return 0;
    });
}
