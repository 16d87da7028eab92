namespace Descent.Cli;

/// <summary>The command line asks for something that cannot be done; the message says what to change in it.</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>Runs what depends on the command line alone, so that its complaints are about the command line.</summary>
    public static T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(Plain(exception));
        }
    }

    /// <summary>A message without the parameter's name, which means nothing to a user of the command.</summary>
    private static string Plain(ArgumentException exception) => exception.ParamName is { } name
        ? exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)
        : exception.Message;
}
