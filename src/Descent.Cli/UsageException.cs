namespace Descent.Cli;

/// <summary>The command line asks for something that cannot be done; the message says what to change in it.</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>Runs what depends on the command line alone, so that its complaints are about the command line.</summary>
    /// <param name="action">What is run.</param>
    /// <param name="option">The option that it depends on; null if its complaints say so themselves.</param>
    public static T Guard<T>(Func<T> action, string? option = null)
    {
        try
        {
            return action();
        }
        catch (ArgumentException exception)
        {
            throw new UsageException($"{(option is null ? "" : $"{option}: ")}{Plain(exception)}");
        }
    }

    /// <summary>Throws unless a path is that of a file.</summary>
    /// <param name="argument">The argument that names it.</param>
    /// <param name="kind">What the file must be: "a CSV file".</param>
    /// <param name="path">The path.</param>
    /// <exception cref="UsageException">It is not.</exception>
    public static void RequireFile(string argument, string kind, string path)
    {
        if (!File.Exists(path))
            throw new UsageException($"{argument} must be the path of {kind}. Received: '{path}', which is not a file.");
    }

    /// <summary>A message without the parameter's name and what to write in C#, which mean nothing to a user of the command.</summary>
    private static string Plain(ArgumentException exception) => exception.Message
        .Replace($" (Parameter '{exception.ParamName}')", "", StringComparison.Ordinal)
        .Replace(KerasNames.HowToRegister, "", StringComparison.Ordinal);
}
