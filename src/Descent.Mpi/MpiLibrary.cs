using System.Runtime.InteropServices;
using System.Text;
using Descent.Distribution;

namespace Descent.Mpi;

/// <summary>The MPI library of this machine.</summary>
internal sealed unsafe class MpiLibrary
{
    /// <summary>The environment variable that chooses a library: <c>abi</c>, <c>openmpi</c>, <c>mpich</c>, or the path of one.</summary>
    public const string Setting = "DESCENT_MPI";

    private const int LongestText = 8192; // MPI_MAX_LIBRARY_VERSION_STRING of MPICH; errors are shorter

    private const string Abi = "abi", OpenMpi = "openmpi", Mpich = "mpich";

    // The standard ABI first, as it is the only one that is promised to stay.
    private static readonly (string Kind, string[] Names)[] s_kinds =
    [
        (Abi, ["libmpi_abi.so.1", "libmpi_abi.so"]),
        (OpenMpi, ["libmpi.so.40", "libmpi.so"]),
        (Mpich, ["libmpich.so.12", "libmpi.so.12", "libmpich.so", "libmpi.so"]),
    ];

    private MpiLibrary(string name, nint library)
    {
        Name = name;
        Functions = new MpiFunctions(library, name);
        Handles = KindOf(name, library) switch
        {
            Abi => MpiHandles.Standard,
            OpenMpi => MpiHandles.OpenMpi(library),
            _ => MpiHandles.Mpich,
        };
        int length;
        var text = stackalloc byte[LongestText];
        Functions.GetLibraryVersion(text, &length);
        Version = Text(text, length).Split('\n', ',')[0].Replace('\t', ' ');
    }

    /// <summary>The name under which the library was found.</summary>
    public string Name { get; }

    /// <summary>What the library says of itself, as <c>Open MPI v4.1.4</c>.</summary>
    public string Version { get; }

    public MpiFunctions Functions { get; }

    public MpiHandles Handles { get; }

    /// <summary>Loads the library that was asked for, otherwise the first that belongs to the launcher, otherwise the first there is.</summary>
    /// <exception cref="CommunicationException">There is none.</exception>
    public static MpiLibrary Load(string? setting, Launcher? launcher)
    {
        var (kind, kindNames) = s_kinds.FirstOrDefault(each => each.Kind == setting);
        string[] names = string.IsNullOrEmpty(setting) ? [.. s_kinds.SelectMany(each => each.Names).Distinct()] : kindNames ?? [setting];
        string? other = null;
        foreach (var name in names)
        {
            if (!NativeLibrary.TryLoad(name, out var handle)) continue;
            if (kind is null || KindOf(name, handle) == kind)
            {
                var library = new MpiLibrary(name, handle);
                if (launcher is null || launcher.Fits(library.Version)) return library;
                other ??= name;
            }

            NativeLibrary.Free(handle);
        }

        if (other is not null) return new MpiLibrary(other, NativeLibrary.Load(other));
        throw new CommunicationException(
            $"An MPI library is needed, and none was found. Looked for: {string.Join(", ", names)}. Install one (Debian and Ubuntu: apt-get install openmpi-bin, or mpich; " +
            $"Fedora: dnf install openmpi, then module load mpi; clusters: module load openmpi), or set {Setting} to the path of its library.");
    }

    /// <summary>Throws if a function failed.</summary>
    public void Check(int error, string function, int rank, int size)
    {
        if (error != 0) throw Failure(error, function, rank, size);
    }

    private static string KindOf(string name, nint library) =>
        Path.GetFileName(name).StartsWith("libmpi_abi.", StringComparison.Ordinal) ? Abi
        : NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out _) ? OpenMpi
        : Mpich;

    private static string Text(byte* text, int length) => Encoding.UTF8.GetString(text, length);

    private CommunicationException Failure(int error, string function, int rank, int size)
    {
        int length;
        var text = stackalloc byte[LongestText];
        var reason = Functions.ErrorString(error, text, &length) == 0 ? Text(text, length) : "unknown";
        return new($"{function} failed on rank {rank} of {size} ({Version}): {reason} (error {error}).");
    }
}
