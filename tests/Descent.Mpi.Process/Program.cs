using System.Globalization;
using Descent.Distribution;
using Descent.Mpi;
using Descent.Mpi.Ranks;

// A rank of the tests. What it writes begins with its number, as the launcher mixes the lines of all ranks.
if (args[0] == "rows") return DistributedExamples.Rows(args[1]);
var number = args is [_, var second, ..] && int.TryParse(second, CultureInfo.InvariantCulture, out var given) ? given : -1;
if (args[0] == "example") return DistributedExamples.FirstRun();
if (args[0] == "train") return DistributedExamples.DataParallel();
if (args[0] == "backup") return Backups.Train(args[1], isSharded: args[2].Contains('s'), isDeterministic: args[2].Contains('d'));
if (args[0] == "bad") return BadInput.Run(args[1], args[2]);
if (args[0] == "run") return MpiCommunicator.Run(rank => rank.Rank == number ? throw new InvalidOperationException("This rank fails.") : WaitForAll(rank));
if (args[0] == "return") return MpiCommunicator.Run(rank => rank.Rank == number ? 7 : WaitForAll(rank));

using var mpi = MpiCommunicator.Initialize();
switch (args[0])
{
    case "collectives":
        Collectives.Check(mpi);
        Say($"of {mpi.Size} is right with {mpi.LibraryVersion}, launched: {MpiCommunicator.IsLaunched}");
        break;
    case "allocations":
        Say($"allocates {Allocations.PerRound(mpi)} bytes");
        break;
    case "trainings":
        Say($"differs from one process in: {Trainings.Compare(mpi)}");
        Say($"has the bits {Trainings.Digest(mpi)}");
        break;
    case "signals":
        Say(Signals.AreManaged() ? "finds null references" : "does not find null references");
        break;
    case "twice":
        Say(MessageOf(() => MpiCommunicator.Initialize()));
        break;
    case "disposed":
        mpi.Dispose();
        mpi.Dispose();
        Say(MessageOf(mpi.Barrier));
        Say(MessageOf(() => MpiCommunicator.Initialize()));
        break;
    case "truncated": // rank 0 sends more than the others take
        var message = MessageOf(() => mpi.Broadcast(new float[mpi.Rank == 0 ? 1000 : 10].AsMemory()));
        if (mpi.Rank == 0) Thread.Sleep(Timeout.Infinite);
        Say(message);
        mpi.Abort(5);
        break;
    case "abort":
        if (mpi.Rank == number) mpi.Abort(3);
        return WaitForAll(mpi);
    case "throw":
        return mpi.Rank == number ? throw new InvalidOperationException("This rank fails.") : WaitForAll(mpi);
    case "fail": // all for the same reason
        throw new InvalidOperationException("All ranks fail.");
    case "wait":
        Say($"is process {Environment.ProcessId}");
        return WaitForAll(mpi);
}

return 0;

// Exchanges until somebody ends it.
static int WaitForAll(Communicator communicator)
{
    var data = new float[1000];
    while (true) communicator.AllReduce(data);
}

static string MessageOf(Action action)
{
    try
    {
        action();
        return "nothing was thrown";
    }
    catch (Exception e)
    {
        return $"{e.GetType().Name}: {e.Message}";
    }
}

void Say(string text) => Console.WriteLine($"rank {mpi.Rank} {text}");
