using System.Runtime.InteropServices;
using Descent.Distribution;

namespace Descent.Mpi;

/// <summary>The functions of an MPI library that Descent calls.</summary>
/// <remarks>
/// Handles are passed as <see langword="nint"/> to every library: the calling conventions of 64-bit systems hand an int over in a register or cell
/// of that size, of which MPICH reads the lower half. A request is written to a cell that held 0 before, so that its upper half is 0.
/// </remarks>
internal sealed unsafe class MpiFunctions(nint library, string name)
{
    /// <summary>Arguments of the program, level asked for, level given.</summary>
    public readonly delegate* unmanaged<int*, byte***, int, int*, int> InitThread =
        (delegate* unmanaged<int*, byte***, int, int*, int>)Find(library, name, "MPI_Init_thread");

    public readonly delegate* unmanaged<int*, int> Initialized = (delegate* unmanaged<int*, int>)Find(library, name, "MPI_Initialized");

    public readonly delegate* unmanaged<int> FinalizeAll = (delegate* unmanaged<int>)Find(library, name, "MPI_Finalize");

    /// <summary>Communicator, exit code.</summary>
    public readonly delegate* unmanaged<nint, int, int> Abort = (delegate* unmanaged<nint, int, int>)Find(library, name, "MPI_Abort");

    public readonly delegate* unmanaged<nint, int*, int> CommRank = (delegate* unmanaged<nint, int*, int>)Find(library, name, "MPI_Comm_rank");

    public readonly delegate* unmanaged<nint, int*, int> CommSize = (delegate* unmanaged<nint, int*, int>)Find(library, name, "MPI_Comm_size");

    /// <summary>Communicator, handler.</summary>
    public readonly delegate* unmanaged<nint, nint, int> CommSetErrhandler =
        (delegate* unmanaged<nint, nint, int>)Find(library, name, "MPI_Comm_set_errhandler");

    /// <summary>Error, text, its length.</summary>
    public readonly delegate* unmanaged<int, byte*, int*, int> ErrorString = (delegate* unmanaged<int, byte*, int*, int>)Find(library, name, "MPI_Error_string");

    /// <summary>Text, its length; may be called before all others.</summary>
    public readonly delegate* unmanaged<byte*, int*, int> GetLibraryVersion =
        (delegate* unmanaged<byte*, int*, int>)Find(library, name, "MPI_Get_library_version");

    public readonly delegate* unmanaged<nint, int> Barrier = (delegate* unmanaged<nint, int>)Find(library, name, "MPI_Barrier");

    /// <summary>Data, count, type, root, communicator.</summary>
    public readonly delegate* unmanaged<void*, int, nint, int, nint, int> Bcast =
        (delegate* unmanaged<void*, int, nint, int, nint, int>)Find(library, name, "MPI_Bcast");

    /// <summary>From, to, count, type, operation, communicator.</summary>
    public readonly delegate* unmanaged<void*, void*, int, nint, nint, nint, int> Allreduce =
        (delegate* unmanaged<void*, void*, int, nint, nint, nint, int>)Find(library, name, "MPI_Allreduce");

    /// <summary>From, to, counts, type, operation, communicator.</summary>
    public readonly delegate* unmanaged<void*, void*, int*, nint, nint, nint, int> ReduceScatter =
        (delegate* unmanaged<void*, void*, int*, nint, nint, nint, int>)Find(library, name, "MPI_Reduce_scatter");

    /// <summary>From, count, type, to, counts, offsets, type, communicator.</summary>
    public readonly delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int> Allgatherv =
        (delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int>)Find(library, name, "MPI_Allgatherv");

    /// <summary>As <see cref="Allreduce"/>, and the request.</summary>
    public readonly delegate* unmanaged<void*, void*, int, nint, nint, nint, nint*, int> Iallreduce =
        (delegate* unmanaged<void*, void*, int, nint, nint, nint, nint*, int>)Find(library, name, "MPI_Iallreduce");

    /// <summary>As <see cref="ReduceScatter"/>, and the request.</summary>
    public readonly delegate* unmanaged<void*, void*, int*, nint, nint, nint, nint*, int> IreduceScatter =
        (delegate* unmanaged<void*, void*, int*, nint, nint, nint, nint*, int>)Find(library, name, "MPI_Ireduce_scatter");

    /// <summary>As <see cref="Allgatherv"/>, and the request.</summary>
    public readonly delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, nint*, int> Iallgatherv =
        (delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, nint*, int>)Find(library, name, "MPI_Iallgatherv");

    /// <summary>Request, whether it is complete, status.</summary>
    public readonly delegate* unmanaged<nint*, int*, void*, int> Test = (delegate* unmanaged<nint*, int*, void*, int>)Find(library, name, "MPI_Test");

    /// <summary>Request, status.</summary>
    public readonly delegate* unmanaged<nint*, void*, int> Wait = (delegate* unmanaged<nint*, void*, int>)Find(library, name, "MPI_Wait");

    private static nint Find(nint library, string name, string function) => NativeLibrary.TryGetExport(library, function, out var address)
        ? address
        : throw new CommunicationException($"{name} has no function {function}. Install an MPI library of version 3 or newer, or name another in {MpiLibrary.Setting}.");
}
