using System.Net.Sockets;

namespace Descent.Mpi;

/// <summary>
/// Sees that a rank has died, which MPI libraries do not tell, and names it, which launchers do not always: every rank holds a connection to rank 0, and the system closes those
/// of a process that ends, however it ends. Whoever leaves says so before.
/// </summary>
/// <remarks>A thread waits for the connections; as long as all goes well, nothing is sent. Rank 0 speaks of the others, rank 1 of rank 0.</remarks>
internal sealed class RankWatch : IDisposable
{
    // Until the launcher should have ended the others by itself, with its own words and its own exit code.
    private static readonly TimeSpan s_launcher = TimeSpan.FromMilliseconds(500);

    // Until those who speak should have ended all.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    // Until this rank should exit as well, if all were told to from outside.
    private static readonly TimeSpan s_exit = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<Socket, byte[]> _peers; // and what to say of one that is gone; empty: nothing
    private readonly Stream _errors;
    private readonly Action _end;
    private volatile bool _isOver;

    /// <summary>Begins to watch.</summary>
    /// <param name="peers">The connections, and the line that is written if the other end is gone without a word.</param>
    /// <param name="end">Ends all ranks.</param>
    /// <param name="errors">Where lines are written; the standard error by default.</param>
    public RankWatch(Dictionary<Socket, byte[]> peers, Action end, Stream? errors = null)
    {
        (_peers, _end, _errors) = (peers, end, errors ?? Console.OpenStandardError());
        Say(Word.Begins);
        new Thread(Watch) { IsBackground = true, Name = nameof(RankWatch) }.Start();
    }

    /// <summary>What ranks tell each other; they are silent when they are gone. Of what is heard at once the last of these counts: it came about first.</summary>
    public enum Word : byte
    {
        /// <summary>The rank watches.</summary>
        Begins,

        /// <summary>The rank has come to its end, as it should.</summary>
        Leaves,

        /// <summary>The process exits without having left, as launchers tell it to when another rank is gone.</summary>
        Exits,

        /// <summary>The rank ends all, and has said why.</summary>
        Ends,

        /// <summary>The connection has ended without a word.</summary>
        Gone,
    }

    /// <summary>Tells the ranks at the other ends.</summary>
    public void Say(Word word)
    {
        if (word is Word.Ends or Word.Exits) _isOver = true;
        foreach (var socket in _peers.Keys)
        {
            try
            {
                socket.Send([(byte)word]);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It is gone.
            }
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        _isOver = true;
        foreach (var socket in _peers.Keys) Close(socket);
    }

    /// <summary>Ends a connection; a thread that waits for it is woken.</summary>
    public static void Close(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other end was faster.
        }

        socket.Dispose();
    }

    // All of it runs once when ranks begin: the first run of a method takes longer than some launchers give to a rank whose neighbour was killed.
    private void Watch()
    {
        List<Socket> open = [.. _peers.Keys], ready = [];
        while (open.Count > 0)
        {
            ready.Clear();
            ready.AddRange(open);
            try
            {
                Socket.Select(ready, null, null, Timeout.Infinite);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Dispose has closed them.
            }

            var (first, speaker) = (Word.Begins, open[0]);
            foreach (var socket in ready)
            {
                var word = Hear(socket);
                if (word == Word.Leaves) open.Remove(socket);
                if (word > first) (first, speaker) = (word, socket);
            }

            if (first == Word.Exits) Thread.Sleep(s_exit);
            if (_isOver) return;
            _errors.Write(first is Word.Exits or Word.Gone ? _peers[speaker] : []);
            if (first is Word.Begins or Word.Leaves) continue;
            Say(Word.Ends);
            Thread.Sleep(first == Word.Ends || _peers[speaker].Length == 0 ? s_grace : s_launcher);
            _end();
            return;
        }
    }

    private static Word Hear(Socket socket)
    {
        try
        {
            Span<byte> word = stackalloc byte[1];
            return socket.Receive(word) == 0 ? Word.Gone : (Word)word[0];
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return Word.Gone;
        }
    }
}
