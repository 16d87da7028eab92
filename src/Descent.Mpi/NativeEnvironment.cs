using System.Runtime.InteropServices;

namespace Descent.Mpi;

/// <summary>The environment as native code sees it, which is not what <see cref="Environment.SetEnvironmentVariable(string, string?)"/> changes.</summary>
internal static partial class NativeEnvironment
{
    /// <summary>Has libraries leave the signals to .NET by which it finds null references and divisions by zero, unless the user has said otherwise.</summary>
    /// <remarks>To be called before the library is loaded: UCX looks while it is.</remarks>
    public static void KeepSignals()
    {
        SetVariable("UCX_ERROR_SIGNALS", "", overwrite: 0);
        SetVariable("OMPI_MCA_opal_signal", "6", overwrite: 0); // Open MPI prints its stack on SIGABRT alone
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
