using System.Runtime.CompilerServices;

namespace Descent.Mpi.Ranks;

/// <summary>.NET finds null references, divisions by zero and threads to stop by signals, which a library may have taken from it.</summary>
internal static class Signals
{
    /// <summary>Whether exceptions come of null references and divisions by zero, and collections stop a thread that computes.</summary>
    public static bool AreManaged() => Throws<NullReferenceException>(() => LengthOf(null)) && Throws<DivideByZeroException>(() => Divide(1, 0)) && StopsThreads();

    private static bool StopsThreads()
    {
        var (stop, turns) = (false, 0L);
        var thread = new Thread(() =>
        {
            while (!Volatile.Read(ref stop)) Volatile.Write(ref turns, turns + 1);
        });
        thread.Start();
        for (var i = 0; i < 20; i++)
        {
            var before = Volatile.Read(ref turns);
            while (Volatile.Read(ref turns) == before) Thread.Yield();
            GC.Collect();
        }

        Volatile.Write(ref stop, true);
        thread.Join();
        return true;
    }

    private static bool Throws<TException>(Action action)
        where TException : Exception
    {
        try
        {
            action();
            return false;
        }
        catch (TException)
        {
            return true;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int LengthOf(int[]? array) => array!.Length;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Divide(int a, int b) => a / b;
}
