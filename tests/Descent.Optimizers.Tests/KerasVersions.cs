using Descent.Optimizers;

namespace Descent.Tests;

/// <summary>Which generation a recorded case is of.</summary>
internal static class KerasVersions
{
    /// <summary>That of the folder of its file.</summary>
    public static KerasVersion KerasVersion(this GoldenCase golden) => Enum.Parse<KerasVersion>(golden.File.Split('/')[0], ignoreCase: true);
}
