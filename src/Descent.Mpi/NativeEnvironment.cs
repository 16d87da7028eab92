using System.Runtime.InteropServices;

namespace Descent.Mpi;

/// <summary>The environment as native code sees it, which is not what <see cref="Environment.SetEnvironmentVariable(string, string?)"/> changes.</summary>
internal static partial class NativeEnvironment
{
    /// <summary>Leaves the signals alone with which .NET finds null references and suspends threads, unless the user has said otherwise.</summary>
    public static void KeepSignals()
    {
        SetVariable("UCX_ERROR_SIGNALS", "SIGILL,SIGBUS,SIGFPE", overwrite: 0); // UCX takes SIGSEGV, too, by default
        SetVariable("OMPI_MCA_opal_signal", "6", overwrite: 0); // Open MPI prints its stack on SIGABRT alone
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
