using System.Runtime.InteropServices;

namespace Descent.Mpi;

/// <summary>The environment as native code sees it, which is not what <see cref="Environment.SetEnvironmentVariable(string, string?)"/> changes.</summary>
internal static unsafe partial class NativeEnvironment
{
    /// <summary>Sets what libraries must know before they are loaded, unless the user has set it.</summary>
    public static void Prepare()
    {
        // .NET finds null references and divisions by zero by signals, which UCX would take for itself. Open MPI may print its stack on SIGABRT alone.
        SetVariable("UCX_ERROR_SIGNALS", "", overwrite: 0);
        SetVariable("OMPI_MCA_opal_signal", "6", overwrite: 0);

        // Rabenseifner's algorithm for all-reduces that are started: for those in place Open MPI takes a binomial tree, which needs two to three times as long.
        SetVariable("OMPI_MCA_coll_libnbc_iallreduce_algorithm", "3", overwrite: 0);
        KeepMemory();
    }

    /// <summary>Lets the process keep what libraries free: memory for sums under way would be given back and come anew, page by page, in each step.</summary>
    private static void KeepMemory()
    {
        const int TrimThreshold = -1, MmapThreshold = -3, Never = -1, Largest = 32 << 20;
        if (!NativeLibrary.TryLoad("libc.so.6", out var glibc)) return;
        var set = (delegate* unmanaged<int, int, int>)NativeLibrary.GetExport(glibc, "mallopt");
        set(TrimThreshold, Never);
        set(MmapThreshold, Largest);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
