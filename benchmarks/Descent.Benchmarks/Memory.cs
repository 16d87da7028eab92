using System.Diagnostics;
using System.Globalization;

namespace Descent.Benchmarks;

/// <summary>The memory of this process, in bytes. Linux counts it itself; the figures of .NET are much the same elsewhere.</summary>
internal static class Memory
{
    private const string Status = "/proc/self/status";

    /// <summary>What it takes now.</summary>
    public static double Now => Read("VmRSS:") ?? Environment.WorkingSet;

    /// <summary>What it took at most.</summary>
    public static double Peak => Read("VmHWM:") ?? Process.GetCurrentProcess().PeakWorkingSet64;

    /// <summary>Begins anew with the largest, where the system can.</summary>
    public static void ForgetPeak()
    {
        if (OperatingSystem.IsLinux()) File.WriteAllText("/proc/self/clear_refs", "5");
    }

    private static double? Read(string key)
    {
        if (!File.Exists(Status)) return null;
        var line = File.ReadLines(Status).First(l => l.StartsWith(key, StringComparison.Ordinal));
        return 1024.0 * long.Parse(line[key.Length..^"kB".Length].Trim(), CultureInfo.InvariantCulture);
    }
}
