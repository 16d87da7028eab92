using System.Security.Cryptography;
using Descent.Distribution;
using Descent.Tests.Distribution;

namespace Descent.Mpi.Ranks;

/// <summary>Trains some of all <see cref="Problems"/> as one of the ranks.</summary>
internal static class Trainings
{
    private const double Tolerance = 2e-5;

    // Ranks that outnumber the cores wait for each other long: one of each kind, for an epoch. The others run on threads.
    private static readonly string[] s_kinds = ["normalized", "noisy", "weighted", "uneven", "global clip norm", "accumulation", "groups", "lamb", "muon", "lookahead"];

    private static IEnumerable<(string Name, Problem Problem)> Short => Problems.All.Where(p => s_kinds.Contains(p.Name)).Select(p => (p.Name, p.Problem with { Epochs = 1 }));

    /// <summary>Compares each with what one process comes to.</summary>
    /// <returns>Those that are too far from it.</returns>
    public static string Compare(Communicator communicator)
    {
        var wrong = new List<string>();
        foreach (var (name, problem) in Short)
            if (problem.Alone().DistanceTo(problem.On(communicator)) is not <= Tolerance and var distance) wrong.Add($"{name} ({distance:G3})");
        return wrong.Count == 0 ? "none" : string.Join(", ", wrong);
    }

    /// <summary>Trains each with fixed shards.</summary>
    /// <returns>A digest of all bits.</returns>
    public static string Digest(Communicator communicator)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (_, problem) in Short) digest.AppendData((problem with { Deterministic = true }).On(communicator).ToBytes());
        return Convert.ToHexString(digest.GetHashAndReset());
    }
}
