using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Descent.Training;

namespace Descent.Distribution;

/// <summary>What must be the same on all ranks before they train together: a digest of each part of it is compared, so that all of them refuse alike.</summary>
internal static class StartCheck
{
    /// <summary>Compares.</summary>
    /// <param name="communicator">Reaches the other ranks.</param>
    /// <param name="parts">What must be the same, and what it is called.</param>
    /// <exception cref="InvalidOperationException">A rank differs from rank 0.</exception>
    public static void Compare(Communicator communicator, (string Name, string Value)[] parts)
    {
        var own = Array.ConvertAll(parts, p => Digest(p.Value));
        var all = new long[own.Length * communicator.Size];
        var counts = new int[communicator.Size];
        Array.Fill(counts, own.Length);
        communicator.AllGather<long>(own, all, counts);
        for (var rank = 1; rank < communicator.Size; rank++)
        {
            string[] differing = [.. parts.Where((_, i) => all[rank * own.Length + i] != all[i]).Select(p => p.Name)];
            if (differing.Length > 0)
                throw new InvalidOperationException($"All {communicator.Size} ranks must train the same model in the same way. Received: rank {rank} differs from rank 0 in its {string.Join(", ", differing)}. Start the same program with the same arguments and data on every rank.");
        }
    }

    /// <summary>What must be the same for a model to have the same weights.</summary>
    public static (string Name, string Value)[] PartsOf(Model model) =>
    [
        ("version of Descent", typeof(StartCheck).Assembly.GetName().Version!.ToString()),
        ("weights", string.Join(" ", model.Weights.Select(w => w.Shape))),
    ];

    /// <summary>What must be the same for a run.</summary>
    public static (string Name, string Value)[] PartsOf(TrainingRun run, DataParallel distribution)
    {
        var plan = run.Plan;
        return
        [
            .. run.Describe().Select(p => (p.Key.Replace('_', ' '), Text(p.Value))),
            ("epochs", FormattableString.Invariant($"{plan.InitialEpoch}-{plan.Epochs}, validation {plan.ValidationFreq}")),
            ("seed", RandomSeed.IsSet ? FormattableString.Invariant($"{RandomSeed.Current}") : "none"),
            ("steps of the optimizer", FormattableString.Invariant($"{run.Compilation.Optimizer.Iterations}")),
            ("distribution", $"{distribution.Deterministic}, {distribution.ShardOptimizerState}"),
        ];
    }

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "";

    private static long Digest(string text) => BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
