using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Descent;

/// <summary>What the program runs on.</summary>
internal static class Machine
{
    /// <summary>The processor's name, where the system tells it, or else its kind.</summary>
    public static string Processor => (OperatingSystem.IsLinux() ? NameInCpuInfo() : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER"))
        ?? RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>The widest vectors that kernels use, in bits; 32, a single number, where there are none.</summary>
    public static int VectorBits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 32;

    private static string? NameInCpuInfo()
    {
        const string Path = "/proc/cpuinfo", Key = "model name";
        return File.Exists(Path)
            ? File.ReadLines(Path).FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal))?.Split(':', 2)[^1].Trim()
            : null;
    }
}
