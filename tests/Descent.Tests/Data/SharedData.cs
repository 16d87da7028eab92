namespace Descent.Tests.Data;

/// <summary>Public data sets that may lie in <c>shared/data</c> beside the repository; tests return early without them.</summary>
internal static class SharedData
{
    public static string? Find(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Descent.slnx")))
            folder = folder.Parent;
        var path = Path.Combine(folder?.Parent?.FullName ?? "", "shared", "data", name);
        return File.Exists(path) ? path : null;
    }
}
