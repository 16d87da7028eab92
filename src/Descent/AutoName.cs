using System.Collections.Concurrent;

namespace Descent;

/// <summary>Numbers the objects of a class that has no fixed name, as Keras does: <c>precision</c>, <c>precision_1</c>, …</summary>
internal static class AutoName
{
    private static readonly ConcurrentDictionary<string, int> Taken = new();

    /// <summary>The next free name of a class in this process.</summary>
    public static string Next(Type type)
    {
        var stem = KerasNames.ToSnakeCase(type.Name);
        var count = Taken.AddOrUpdate(stem, 0, (_, last) => last + 1);
        return count == 0 ? stem : $"{stem}_{count}";
    }
}
