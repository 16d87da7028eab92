using System.Text;
using Descent.Distribution;

namespace Descent.Mpi;

/// <summary>The processes that <c>mpirun</c>, <c>mpiexec</c> or <c>srun</c> started together, one of which is this.</summary>
/// <remarks>
/// <para>The MPI library of the machine is used: one with the standard ABI of MPI 5, Open MPI, or MPICH and its descendants, whichever belongs to the
/// launcher. The environment variable <c>DESCENT_MPI</c> chooses another: <c>abi</c>, <c>openmpi</c>, <c>mpich</c>, or the path of a library.</para>
/// <para>A rank that fails must not leave the others waiting: an exception that nobody catches ends all ranks with exit code 1 and a message that
/// names the rank. Who catches exceptions outside of the <c>using</c> of a communicator, or writes an asynchronous <c>Main</c>, uses <see cref="Run"/>.</para>
/// <example><code>
/// using var mpi = MpiCommunicator.Initialize();
/// Console.WriteLine($"rank {mpi.Rank} of {mpi.Size}");
/// </code></example>
/// </remarks>
public sealed unsafe class MpiCommunicator : Communicator
{
    private const int FailureExitCode = 1;

    // Ranks that fail for the same reason get to say so before the first of them ends all.
    private static readonly TimeSpan s_lastWords = TimeSpan.FromMilliseconds(500);

    private static int s_started;

    private readonly MpiLibrary _library;
    private readonly Stack<MpiRequest> _free = new();
    private readonly PartTable _parts;
    private readonly int _rank, _size;
    private RankWatch? _watch;
    private bool _disposed;

    private MpiCommunicator(MpiLibrary library)
    {
        _library = library;
        int given, rank, size;
        Check(library.Functions.InitThread(null, null, Handles.Serialized, &given), "MPI_Init_thread");
        Check(library.Functions.CommSetErrhandler(Handles.World, Handles.ErrorsReturn), "MPI_Comm_set_errhandler");
        Check(library.Functions.CommRank(Handles.World, &rank), "MPI_Comm_rank");
        Check(library.Functions.CommSize(Handles.World, &size), "MPI_Comm_size");
        (_rank, _size) = (rank, size);
        _parts = new PartTable(size);
        AppDomain.CurrentDomain.UnhandledException += EndAll;
        if (given < Handles.Serialized)
        {
            throw new CommunicationException($"{library.Name} ({library.Version}) must allow calls from any thread, one at a time. Install an MPI library that was built with threads.");
        }
    }

    /// <summary>Whether a launcher of MPI programs started this process, as its environment says: <c>mpirun</c>, <c>mpiexec</c>, <c>srun --mpi=pmix</c> or <c>pmi2</c>.</summary>
    public static bool IsLaunched => Launcher.Find(Environment.GetEnvironmentVariable) is not null || Environment.GetEnvironmentVariable("PMIX_RANK") is not null;

    /// <inheritdoc/>
    public override int Rank => _rank;

    /// <inheritdoc/>
    public override int Size => _size;

    /// <summary>The library in use, as <c>Open MPI v4.1.4</c>.</summary>
    public string LibraryVersion => _library.Version;

    internal MpiHandles Handles => _library.Handles;

    internal MpiFunctions Functions
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _library.Functions;
        }
    }

    /// <summary>Starts MPI, which a process can do once. Without a launcher the process is the only rank.</summary>
    /// <returns>The communicator of all ranks. Dispose of it at the end on every rank, on the thread that called this.</returns>
    /// <exception cref="CommunicationException">There is no MPI library, or it is not the one of the launcher.</exception>
    /// <exception cref="InvalidOperationException">MPI was started before in this process.</exception>
    public static MpiCommunicator Initialize()
    {
        var launcher = Launcher.Find(Environment.GetEnvironmentVariable);
        NativeEnvironment.Prepare();

        // Open MPI gives ranks a terminal each, whose sequences it passes on into pipes and files.
        if (launcher is { IsOpenMpi: true }) Environment.SetEnvironmentVariable("TERM", "dumb");
        var library = MpiLibrary.Load(Environment.GetEnvironmentVariable(MpiLibrary.Setting), launcher);
        int initialized;
        library.Check(library.Functions.Initialized(&initialized), "MPI_Initialized", 0, 1);
        if (initialized != 0 || Interlocked.Exchange(ref s_started, 1) != 0)
        {
            throw new InvalidOperationException("MPI can be started once in a process, and was started before. Pass on the communicator that the first call returned.");
        }

        var communicator = new MpiCommunicator(library);
        if (launcher is not null && launcher.Size != communicator.Size)
        {
            throw new CommunicationException(
                $"{launcher.Name} started {launcher.Size} processes, but {library.Name} ({library.Version}) knows of {communicator.Size}: they do not belong together. " +
                $"Start with the mpirun of that library, or install and choose the library of that launcher with {MpiLibrary.Setting}.");
        }

        communicator._watch = RankMeeting.Watch(communicator, () => communicator.EndNow(library.Functions, FailureExitCode));
        AppDomain.CurrentDomain.ProcessExit += communicator.Exit;
        return communicator;
    }

    /// <summary>Runs a program on this rank between <see cref="Initialize"/> and the end of MPI.</summary>
    /// <param name="program">The program. If it throws or returns another number than 0, all ranks end with exit code 1 or that number.</param>
    /// <returns>0.</returns>
    /// <inheritdoc cref="Initialize" path="/exception"/>
    public static int Run(Func<MpiCommunicator, int> program)
    {
        ArgumentNullException.ThrowIfNull(program);
        var communicator = Initialize();
        try
        {
            var exitCode = program(communicator);
            if (exitCode != 0) communicator.EndAll($"returned {exitCode}", exitCode);
        }
        catch (Exception e)
        {
            communicator.EndAll(e);
            throw;
        }

        communicator.Dispose();
        return 0;
    }

    /// <inheritdoc/>
    public override void Barrier() => Check(Functions.Barrier(Handles.World), "MPI_Barrier");

    /// <summary>Throws if a function failed.</summary>
    internal void Check(int error, string function) => _library.Check(error, function, _rank, _size);

    /// <summary>Takes back a request that is complete.</summary>
    internal void Return(MpiRequest request) => _free.Push(request);

    /// <inheritdoc/>
    protected override void BroadcastCore<T>(Memory<T> data, int root)
    {
        fixed (T* values = data.Span) Check(Functions.Bcast(values, data.Length, Handles.TypeOf<T>(), root, Handles.World), "MPI_Bcast");
    }

    /// <inheritdoc/>
    protected override void AllReduceCore<T>(Memory<T> data)
    {
        fixed (T* values = data.Span)
        {
            Check(Functions.Allreduce(Handles.InPlace, values, data.Length, Handles.TypeOf<T>(), Handles.Sum, Handles.World), "MPI_Allreduce");
        }
    }

    /// <inheritdoc/>
    protected override void ReduceScatterCore(ReadOnlyMemory<float> data, Memory<float> part, ReadOnlySpan<int> counts)
    {
        fixed (float* terms = data.Span, sums = part.Span)
        {
            Check(Functions.ReduceScatter(terms, sums, _parts.Set(counts).Counts, Handles.Float, Handles.Sum, Handles.World), "MPI_Reduce_scatter");
        }
    }

    /// <inheritdoc/>
    protected override void AllGatherCore<T>(Memory<T> data, ReadOnlySpan<int> counts)
    {
        var (type, parts) = (Handles.TypeOf<T>(), _parts.Set(counts));
        fixed (T* values = data.Span)
        {
            Check(Functions.Allgatherv(Handles.InPlace, 0, type, values, parts.Counts, parts.Offsets, type, Handles.World), "MPI_Allgatherv");
        }
    }

    /// <inheritdoc/>
    protected override CollectiveRequest StartAllReduceCore(Memory<float> data)
    {
        var request = Take();
        request.Hold("MPI_Iallreduce", data.Pin());
        nint handle = 0;
        return request.Begin(Functions.Iallreduce(Handles.InPlace, request.Target, data.Length, Handles.Float, Handles.Sum, Handles.World, &handle), handle);
    }

    /// <inheritdoc/>
    protected override CollectiveRequest StartReduceScatterCore(ReadOnlyMemory<float> data, Memory<float> part, ReadOnlySpan<int> counts)
    {
        var request = Take();
        request.Hold("MPI_Ireduce_scatter", part.Pin(), data.Pin());
        nint handle = 0;
        var error = Functions.IreduceScatter(request.Source, request.Target, request.Parts.Set(counts).Counts, Handles.Float, Handles.Sum, Handles.World, &handle);
        return request.Begin(error, handle);
    }

    /// <inheritdoc/>
    protected override CollectiveRequest StartAllGatherCore(Memory<float> data, ReadOnlySpan<int> counts)
    {
        var request = Take();
        request.Hold("MPI_Iallgatherv", data.Pin());
        var (type, parts) = (Handles.Float, request.Parts.Set(counts));
        nint handle = 0;
        return request.Begin(Functions.Iallgatherv(Handles.InPlace, 0, type, request.Target, parts.Counts, parts.Offsets, type, Handles.World, &handle), handle);
    }

    /// <inheritdoc/>
    protected override void AbortCore(int exitCode) => EndAll($"ends all with exit code {exitCode}", exitCode);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_disposed) return;
        EndTogether();
        var functions = Functions;
        _disposed = true;
        AppDomain.CurrentDomain.UnhandledException -= EndAll;
        AppDomain.CurrentDomain.ProcessExit -= Exit;
        _watch?.Say(RankWatch.Word.Leaves);
        Check(functions.FinalizeAll(), "MPI_Finalize");
        _watch?.Dispose();
    }

    private MpiRequest Take() => _free.TryPop(out var request) ? request : new MpiRequest(this);

    private void EndAll(object sender, UnhandledExceptionEventArgs e) => EndAll(e.ExceptionObject);

    // Where ranks do not agree, the message says all; where it happened is the same place on each of them.
    private void EndAll(object exception) => EndAll($"failed: {(exception is StartException or LeaderException ? ((Exception)exception).Message : exception)}", FailureExitCode);

    private void Exit(object? sender, EventArgs e) => _watch?.Say(RankWatch.Word.Exits);

    /// <summary>Says why, as launchers do not always, and ends all ranks.</summary>
    private void EndAll(string reason, int exitCode)
    {
        // At once, as launchers mix what ranks write; and whatever the program has done to its console.
        using (var errors = Console.OpenStandardError()) errors.Write(Encoding.UTF8.GetBytes($"Rank {_rank} of {_size} {reason}{Environment.NewLine}"));
        _watch?.Say(RankWatch.Word.Ends);
        Thread.Sleep(s_lastWords);
        EndNow(Functions, exitCode);
    }

    private void EndNow(MpiFunctions functions, int exitCode) => Check(functions.Abort(Handles.World, exitCode), "MPI_Abort");
}
