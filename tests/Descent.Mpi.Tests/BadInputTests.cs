using static Descent.Mpi.Tests.MpiRun;

namespace Descent.Mpi.Tests;

/// <summary>What ranks cannot do together ends all of them with the reason, whichever of them finds it.</summary>
public sealed class BadInputTests
{
    private const int Ranks = 3;

    // On the rank that has it, if that alone knows, and on the others.
    private static readonly (string Case, int Odd, string Own, string Others)[] s_cases =
    [
        ("model", 0, "rank 0 differs from rank 1 in its weights, layers (", ""),
        ("layers", 1, "rank 1 differs from rank 0 in its layers (", ""),
        ("rows", 2, "rank 2 differs from rank 0 in its samples of data", ""),
        ("seed", 1, "rank 1 differs from rank 0 in its seed (seed: 8 on rank 1, 7 on rank 0)", ""),
        ("version", 0, "rank 0 differs from rank 1 in its version of Descent (version of Descent: 0.0.1 on rank 0, 0.0.2 on rank 1)", ""),
        ("evaluate", 2, "rank 2 differs from rank 0 in its batches of data, samples of data", ""),
        ("alone", 0, "Received: Evaluate on rank 0, the end of the program on rank 1, the end of the program on rank 2.", ""),
        ("batch", -1, "Each of the 3 ranks must have a row of a batch. Received: batches of 2 from 100 samples.", ""),
        ("empty", 1, "The data must have at least one sample. Received: x of shape (0, 4).", "rank 1 cannot: The data must have at least one sample."),
        ("empty", 0, "The data must have at least one sample. Received: x of shape (0, 4).", "rank 0 cannot: The data must have at least one sample."),
        ("twice", -1, "MPI can be started once in a process, and was started before.", ""),
    ];

    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            for (var i = 0; i < s_cases.Length; i++)
            {
                cases.Add(OpenMpi, i);
                cases.Add(Mpich, i);
            }

            return cases;
        }
    }

    [MpiTheory]
    [MemberData(nameof(Cases))]
    public void Ranks_ThatCannotTrainTogether_AllSayWhy(string implementation, int number)
    {
        var (what, odd, own, others) = s_cases[number];
        var end = MpiRun.Run(implementation, Ranks, ["bad", what, $"{odd}"]);

        AllSay(end, rank => rank == odd || others.Length == 0 ? own : others);
    }

    [MpiTheory]
    [InlineData(OpenMpi)]
    [InlineData(Mpich)]
    public void Ranks_ThatGoOnFromACheckpointOfAnotherModel_AllSayWhy(string implementation)
    {
        const string Message = "Training must go on with the model and the data of its checkpoint";
        var folder = Directory.CreateTempSubdirectory("descent");
        try
        {
            Assert.Equal(0, MpiRun.Run(implementation, Ranks, ["bad", "save", folder.FullName]).ExitCode);

            AllSay(MpiRun.Run(implementation, Ranks, ["bad", "checkpoint", folder.FullName]), rank => rank == 0 ? Message : $"rank 0 cannot: {Message}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void AllSay((int ExitCode, string Output) end, Func<int, string> message)
    {
        Assert.Equal(1, end.ExitCode);
        for (var rank = 0; rank < Ranks; rank++)
        {
            var start = end.Output.IndexOf($"Rank {rank} of {Ranks} failed: ", StringComparison.Ordinal);
            Assert.True(start >= 0, end.Output);
            Assert.Contains(message(rank), end.Output[start..].Split('\n')[0], StringComparison.Ordinal);
        }

        Assert.DoesNotContain("is gone", end.Output, StringComparison.Ordinal);
    }
}
