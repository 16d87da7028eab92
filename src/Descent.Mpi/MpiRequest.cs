using System.Buffers;
using Descent.Distribution;

namespace Descent.Mpi;

/// <summary>An operation that MPI carries out meanwhile. It holds what must stay where it is, and is used again once it is complete.</summary>
internal sealed unsafe class MpiRequest(MpiCommunicator communicator) : CollectiveRequest
{
    private string _function = "";
    private MemoryHandle _source, _target;
    private nint _handle;
    private bool _active;

    /// <summary>The counts of this operation, which MPI reads until it is complete.</summary>
    public PartTable Parts => field ??= new PartTable(communicator.Size);

    public void* Source => _source.Pointer;

    public void* Target => _target.Pointer;

    /// <summary>Takes the buffers of an operation that is about to begin.</summary>
    public void Hold(string function, MemoryHandle target, MemoryHandle source = default) => (_function, _target, _source) = (function, target, source);

    /// <summary>Takes what the function that began the operation gave back.</summary>
    public MpiRequest Begin(int error, nint handle)
    {
        _active = true;
        EndIf(error != 0, error);
        _handle = handle;
        return this;
    }

    public override bool Test()
    {
        if (!_active) return true;
        var (handle, complete) = (_handle, 0);
        var error = communicator.Functions.Test(&handle, &complete, communicator.Handles.StatusIgnore);
        _handle = handle;
        EndIf(error != 0 || complete != 0, error);
        return complete != 0;
    }

    public override void Wait()
    {
        if (!_active) return;
        var handle = _handle;
        EndIf(true, communicator.Functions.Wait(&handle, communicator.Handles.StatusIgnore));
    }

    private void EndIf(bool ended, int error)
    {
        if (!ended) return;
        _active = false;
        _source.Dispose();
        _target.Dispose();
        communicator.Return(this);
        communicator.Check(error, _function);
    }
}
