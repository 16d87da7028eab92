namespace Descent.Distribution;

/// <summary>Where the threads of <see cref="Communicator.Local"/> meet: the n-th calls of all ranks belong together, and the last to come does the work.</summary>
internal sealed class ThreadGroup(int size)
{
    private readonly Lock _entering = new();
    private readonly Queue<ThreadRequest>[] _waiting = [.. Enumerable.Range(0, size).Select(_ => new Queue<ThreadRequest>())];
    private readonly bool[] _left = new bool[size];
    private string? _failure;

    public int Size => size;

    /// <summary>Fails the calls that wait and all that come; the first reason counts.</summary>
    public void Fail(string reason)
    {
        lock (_entering)
        {
            _failure ??= reason;
            foreach (var requests in _waiting)
            {
                while (requests.TryDequeue(out var request)) request.Fail(_failure);
            }
        }
    }

    /// <summary>A rank makes no more calls; those who wait for it would wait for ever.</summary>
    public void Leave(int rank)
    {
        lock (_entering)
        {
            _left[rank] = true;
            FailIfAwaitingThoseWhoLeft();
        }
    }

    /// <summary>Adds a rank's call, and does the work of those that all ranks have now made.</summary>
    public void Join(int rank, ThreadRequest request)
    {
        lock (_entering)
        {
            ObjectDisposedException.ThrowIf(_left[rank], typeof(Communicator));
            _waiting[rank].Enqueue(request);
            if (_failure is not null) Fail(_failure);
            else if (_waiting.All(requests => requests.Count > 0)) Run([.. _waiting.Select(requests => requests.Peek())]);
            else FailIfAwaitingThoseWhoLeft();
        }
    }

    private void Run(ThreadRequest[] requests)
    {
        var other = Array.FindIndex(requests, request => request.Description != requests[0].Description);
        if (other > 0)
        {
            Fail($"All ranks must make the same calls. Received: {requests[0].Description} on rank 0, {requests[other].Description} on rank {other}.");
            return;
        }

        requests[0].Run(requests);
        foreach (var requestsOfRank in _waiting) requestsOfRank.Dequeue().Complete();
    }

    private void FailIfAwaitingThoseWhoLeft()
    {
        if (_waiting.All(requests => requests.Count == 0)) return;
        for (var rank = 0; rank < size; rank++)
        {
            if (_left[rank] && _waiting[rank].Count == 0) Fail($"Rank {rank} of {size} has left, and others wait for it.");
        }
    }
}
