using System.Security.Cryptography;
using System.Text;
using Descent.Distribution;
using Descent.Mpi;

namespace Descent.Cli;

/// <summary>
/// The processes that run a command together: those that <c>mpirun</c> started, or this one alone. Rank 0 speaks for all: what the others write to the console is not seen.
/// </summary>
internal sealed class Ranks : IDisposable
{
    private readonly Communicator _communicator;
    private readonly string _library;

    private Ranks(Communicator communicator, string library) => (_communicator, _library) = (communicator, library);

    /// <summary>How many there are.</summary>
    public int Size => _communicator.Size;

    /// <summary>Whether this is rank 0.</summary>
    public bool Leads => _communicator.Rank == 0;

    /// <summary>Meets the other processes, if a launcher has started any.</summary>
    /// <exception cref="UsageException">There is no MPI library, or it is not the one of the launcher.</exception>
    public static Ranks Join()
    {
        if (!MpiCommunicator.IsLaunched) return new Ranks(Communicator.Local(1)[0], "");
        try
        {
            var mpi = MpiCommunicator.Initialize();
            if (mpi.Rank > 0)
            {
                Console.SetOut(TextWriter.Null);
                Console.SetError(TextWriter.Null);
            }

            return new Ranks(mpi, mpi.LibraryVersion);
        }
        catch (CommunicationException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    /// <summary>Makes the distribution of a training; null where one process is to train as if there were no ranks.</summary>
    public DataParallel? Distribute(bool isDeterministic, bool shardsOptimizerState) => Size == 1 && !isDeterministic
        ? null
        : UsageException.Guard(() => new DataParallel(_communicator) { Deterministic = isDeterministic, ShardOptimizerState = shardsOptimizerState }, "--deterministic");

    /// <summary>How many ranks share a batch, in words.</summary>
    /// <param name="rows">The rows of a batch.</param>
    /// <exception cref="UsageException">They are too few.</exception>
    public string Describe(int rows) => rows >= Size ? $"{Size} ranks ({_library}) share each batch of {rows} rows" : throw new UsageException(
        $"--batch-size must give each of {Size} ranks a row. Received: batches of {rows} rows. Give larger ones, or start fewer ranks.");

    /// <summary>Does what each rank does by itself. If it fails on any, it fails on all.</summary>
    /// <param name="work">If it fails, it does so on all ranks, or while none waits for it.</param>
    /// <exception cref="FailureException">It has failed; the message names the rank unless all say the same.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Agree(Action work)
    {
        Failure? failure = null;
        try
        {
            work();
        }
        catch (Exception exception) when (Size > 1 && Failure.Of(exception) is { } known)
        {
            failure = known; // the others must know of it before this rank goes
        }

        var codes = _communicator.GatherOne(failure?.ExitCode ?? ExitCodes.Done);
        if (codes.Contains(ExitCodes.Cancelled)) throw new OperationCanceledException();
        var first = Array.FindIndex(codes, code => code != ExitCodes.Done);
        if (first < 0) return;
        var messages = _communicator.GatherTexts(failure?.Message ?? "");
        var place = messages.All(message => message == messages[first]) ? "" : $"{NameOf(first)}: ";
        throw new FailureException(new Failure(place + messages[first], codes[first]));
    }

    /// <summary>Gives all ranks an answer of rank 0.</summary>
    public bool Share(bool answer)
    {
        int[] shared = [answer ? 1 : 0];
        _communicator.Broadcast<int>(shared);
        return shared[0] == 1;
    }

    /// <summary>Gives all ranks the weights of rank 0.</summary>
    public void Share(Model model) => _communicator.ShareWeights(model);

    /// <summary>Throws unless all ranks have the same file.</summary>
    /// <param name="argument">The argument that names it.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">A rank has another one than rank 0.</exception>
    public void RequireSameFile(string argument, string path)
    {
        if (Size == 1) return;
        var digest = "";
        Agree(() =>
        {
            using var file = File.OpenRead(path);
            digest = Convert.ToHexString(SHA256.HashData(file));
        });
        var digests = _communicator.GatherTexts(digest);
        var other = Array.FindIndex(digests, each => each != digests[0]);
        if (other > 0) throw new InvalidDataException($"{argument} must be the same for all ranks. Received: another one for {NameOf(other)} than for rank 0.");
    }

    public void Dispose() => _communicator.Dispose();

    private string NameOf(int rank) => $"rank {rank} of {Size} ({_communicator.GatherTexts(Environment.MachineName)[rank]})";
}
