using System.Globalization;

namespace Descent.Mpi;

/// <summary>The program that started this process as one of several ranks, and said so in the environment.</summary>
/// <param name="Name">What it is called in messages.</param>
/// <param name="Size">How many ranks it started.</param>
/// <param name="IsOpenMpi">Whether it speaks with Open MPI; the others speak with MPICH and its descendants first of all.</param>
internal sealed record Launcher(string Name, int Size, bool IsOpenMpi)
{
    /// <summary>Finds the launcher of this process.</summary>
    /// <returns>Null for a process on its own, and where the environment does not say how many ranks there are.</returns>
    public static Launcher? Find(Func<string, string?> variable) =>
        int.TryParse(variable("OMPI_COMM_WORLD_SIZE"), CultureInfo.InvariantCulture, out var size) ? new("Open MPI's mpirun", size, IsOpenMpi: true)
        : int.TryParse(variable("PMI_SIZE"), CultureInfo.InvariantCulture, out size) ? new("A launcher of MPICH's kind", size, IsOpenMpi: false)
        : null;

    /// <summary>Whether a library belongs to this launcher.</summary>
    /// <param name="version">What the library says of itself.</param>
    public bool Fits(string version) => version.Contains("Open MPI", StringComparison.OrdinalIgnoreCase) == IsOpenMpi;
}
