using System.Globalization;
using Descent;
using Descent.Callbacks;
using Descent.Data;
using Descent.Distribution;
using Descent.Layers;
using Descent.Mpi;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var folder = args.Length > 0 ? args[0] : "training"; // kill it while it trains, and start it again, with as many ranks as you like: it goes on

// mpirun -n 2 dotnet samples/DataParallel/bin/Release/net10.0/DataParallel.dll; without mpirun, one rank, which needs no MPI.
return MpiCommunicator.IsLaunched ? MpiCommunicator.Run(Train) : Train(Communicator.Local(1)[0]);

int Train(Communicator ranks)
{
    RandomSeed.Set(42);
    var (x, y) = Images(DrawnDigits.Generate(1000, seed: 1));
    var (xTest, yTest) = Images(DrawnDigits.Generate(500, seed: 2));
    var model = new Sequential([
        new Conv2D(16, kernelSize: (3, 3)) { InputShape = [16, 16, 1] },
        new BatchNormalization { Momentum = 0.9 }, // with the statistics of the whole batch
        new Activation("relu"),
        new MaxPooling2D(poolSize: (2, 2)),
        new Flatten(),
        new Dropout(0.3), // drops the same numbers on any number of ranks
        new Dense(64, "relu"),
        new Dense(10, "softmax"),
    ]);

    // The same bits on 1 to 12 ranks, each of which keeps a part of Adam's state.
    using var parallel = new DataParallel(ranks) { Deterministic = true, ShardOptimizerState = true };
    model.Compile("adam", "sparse_categorical_crossentropy", metrics: ["accuracy"], distribution: parallel);

    // Every rank has all data and takes its rows of each batch of 48. Rank 0 prints, and keeps the checkpoints.
    model.Fit(x, y, batchSize: 48, epochs: 5, validationSplit: 0.1, callbacks: [new BackupAndRestore(folder)]);

    var score = model.Evaluate(xTest, yTest); // by all ranks
    if (ranks.Rank == 0)
        Console.WriteLine($"test loss: {score.Loss:0.00000000}, test accuracy: {score["accuracy"]:0.000}");
    return 0;
}

// One row per image becomes (images, height, width, channels).
static (Tensor X, int[] Y) Images((float[,] X, int[] Y) rows) => (Ops.Reshape(rows.X, [-1, 16, 16, 1]), rows.Y);
