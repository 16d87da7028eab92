using Descent;
using Descent.Callbacks;
using Descent.Data;
using Descent.Distribution;
using Descent.Layers;
using Descent.Mpi;

namespace Descent.Mpi.Ranks;

/// <summary>The code of docs/distributed.md, whose readers need the namespaces around this one as well.</summary>
internal static class DistributedExamples
{
    public static int FirstRun()
    {
        return MpiCommunicator.Run(mpi =>
        {
            Console.WriteLine($"Rank {mpi.Rank} of {mpi.Size}: {Environment.MachineName}, {mpi.LibraryVersion}");
            return 0;
        });
    }

    public static int DataParallel()
    {
        var x = RandomOps.Normal([96, 8], seed: 1);
        var y = RandomOps.RandInt([96], 0, 3, seed: 2);
        return MpiCommunicator.Run(mpi => // new
        {
            RandomSeed.Set(42);
            var model = new Sequential([new Dense(64, "relu") { InputShape = [8] }, new BatchNormalization(), new Dropout(0.2), new Dense(3, "softmax")]);
            using var parallel = new DataParallel(mpi) { Deterministic = true, ShardOptimizerState = true }; // new; both settings are false by default
            model.Compile("adam", "sparse_categorical_crossentropy", metrics: ["accuracy"], distribution: parallel); // the last argument is new
            var history = model.Fit(x, y, batchSize: 24, epochs: 2, verbose: 0);
            var weights = model.Weights.Sum(w => w.ToArray().Sum(v => (double)v));
            Console.WriteLine($"Rank {mpi.Rank}: loss {history["loss"][^1]:R}, weights {weights:R}"); // the same on all ranks
            return 0;
        });
    }

    public static void GoOn(Model model, Tensor x, Tensor y)
    {
        var backup = new BackupAndRestore("backup") { SaveFreq = 100 };
        model.Fit(x, y, batchSize: 24, epochs: 2, verbose: 0, callbacks: [backup]);
    }

    public static int Rows(string path)
    {
        return MpiCommunicator.IsLaunched ? MpiCommunicator.Run(Train) : Train(Communicator.Local(1)[0]);

        int Train(Communicator mpi)
        {
            RandomSeed.Set(42);
            var model = new Sequential([new Dense(8, "relu") { InputShape = [2] }, new Dense(3, "softmax")]);
            using var parallel = new DataParallel(mpi) { Deterministic = true };
            model.Compile("adam", "sparse_categorical_crossentropy", distribution: parallel);
            var rows = CsvRows.Open(path, target: "kind", classes: ["a", "b", "c"], communicator: mpi);
            var batches = Batches.From(rows, batchSize: 24, shuffle: true, seed: 1).Prefetch();
            var history = model.Fit(batches, epochs: 2, verbose: 0);
            Console.WriteLine($"Rank {mpi.Rank}: loss {history["loss"][^1]:R}, weights {model.Weights.Sum(w => w.ToArray().Sum(v => (double)v)):R}");
            return 0;
        }
    }
}
