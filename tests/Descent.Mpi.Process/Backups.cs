using System.Security.Cryptography;
using Descent.Callbacks;
using Descent.Distribution;
using Descent.Layers;
using Descent.Optimizers;

namespace Descent.Mpi.Ranks;

/// <summary>A training that may be killed and started again.</summary>
internal static class Backups
{
    /// <summary>The batches of all epochs.</summary>
    public const int Steps = Epochs * BatchesPerEpoch;

    private const int Epochs = 4, BatchesPerEpoch = 11, BatchSize = 16;

    /// <summary>Trains in a folder, going on where the ranks before these were killed, and tells all that came of it.</summary>
    public static int Train(string folder, bool isSharded, bool isDeterministic) => MpiCommunicator.Run(mpi =>
    {
        Console.WriteLine($"rank {mpi.Rank} is process {Environment.ProcessId}");
        RandomSeed.Set(7);
        var x = RandomOps.Normal([BatchesPerEpoch * BatchSize - 3, 12], seed: 1);
        var y = RandomOps.RandInt([BatchesPerEpoch * BatchSize - 3], 0, 3, seed: 2);
        var model = new Sequential([new Dense(24, "relu") { InputShape = [12] }, new BatchNormalization(), new Dropout(0.3), new Dense(3, "softmax")]);
        using var parallel = new DataParallel(mpi) { ShardOptimizerState = isSharded, Deterministic = isDeterministic };
        model.Compile(new Adam(0.01) { GradientAccumulationSteps = 2 }, "sparse_categorical_crossentropy", metrics: ["accuracy"], distribution: parallel);
        var backup = new BackupAndRestore(Path.Combine(folder, "backup")) { SaveFreq = 3, DeleteCheckpoint = false };
        var told = new LambdaCallback { TrainBatchEnd = (_, _) => Console.WriteLine("step") };
        var history = model.Fit(x, y, batchSize: BatchSize, epochs: Epochs, verbose: 0, callbacks: [backup, told, new ReduceLROnPlateau("loss") { Patience = 1 }]);
        var file = Path.Combine(folder, "result.weights.h5");
        model.SaveWeights(file); // with the optimizer's state
        mpi.Barrier();
        var weights = string.Join(' ', model.Weights.SelectMany(w => w.ToArray()).Concat(history.Metrics.SelectMany(m => m.Value).Select(v => (float)v)).Select(BitConverter.SingleToInt32Bits));
        Console.WriteLine($"Rank {mpi.Rank}: weights {Hash(System.Text.Encoding.UTF8.GetBytes(weights))}, file {Hash(File.ReadAllBytes(file))}");
        return 0;
    });

    private static string Hash(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));
}
