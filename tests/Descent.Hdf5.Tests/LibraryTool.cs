using System.ComponentModel;
using System.Diagnostics;

namespace Descent.Hdf5.Tests;

/// <summary>A test that needs the HDF5 library's own tools: where they are missing it is skipped, but not in CI, which installs them.</summary>
internal sealed class LibraryFactAttribute : FactAttribute
{
    public LibraryFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("CI") != "true" && !LibraryTool.Exist) Skip = "needs h5dump, h5ls and h5py: apt-get install hdf5-tools python3-h5py";
    }
}

/// <summary>Runs the HDF5 library's tools.</summary>
internal static class LibraryTool
{
    private const string Python = "/usr/bin/python3"; // Debian's, whose h5py its package installs

    public static bool Exist { get; } = Runs("h5dump", "--version") && Runs("h5ls", "--version") && Runs(Python, "-c", "import h5py");

    public static string Dump(string path) => Run("h5dump", path);

    public static string List(string path) => Run("h5ls", "-r", path);

    /// <summary>What a program prints that finds a file open as <c>f</c> and the modules h5py, json and numpy (as np).</summary>
    public static string H5py(string path, string program) =>
        Run(Python, "-c", $"import h5py, json, sys, numpy as np\nf = h5py.File(sys.argv[1], 'r')\n{program}", path);

    private static bool Runs(string program, params string[] arguments)
    {
        try
        {
            Run(program, arguments);
            return true;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            return false;
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} failed: {errors.Result}");
    }
}
