using Descent.Layers;
using Descent.Memory;

namespace Descent.Distribution;

/// <summary>The thread of a shard: it works in its turn, with a step's memory of its own.</summary>
internal sealed class ShardThread : IDisposable
{
    private readonly SemaphoreSlim _turn = new(0);
    private readonly StepMemory _memory = new();
    private readonly ExtraLosses _extra = new();
    private readonly Shard _shard;
    private readonly Action<Shard> _work;
    private volatile bool _ends;

    public ShardThread(Shard shard, Action<Shard> work)
    {
        (_shard, _work) = (shard, work);
        new Thread(Loop) { IsBackground = true, Name = $"Descent shard {shard.Index}" }.Start();
    }

    /// <summary>Gives the turn to this thread.</summary>
    public void Resume() => _turn.Release();

    /// <summary>Waits for the turn; called by the thread itself.</summary>
    public void Wait() => _turn.Wait();

    public void Dispose()
    {
        _ends = true;
        _turn.Release();
    }

    private void Loop()
    {
        while (true)
        {
            _turn.Wait();
            if (_ends) break;
            using (_memory.Open())
            using (_extra.Open()) _work(_shard);
        }

        _turn.Dispose();
    }
}
