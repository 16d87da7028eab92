using Descent.Distribution;

namespace Descent.Cli;

/// <summary>What ends a command before it is done, and is the user's to mend: nothing that is the program's fault.</summary>
/// <param name="Message">What to say.</param>
/// <param name="ExitCode">What to tell the shell.</param>
internal sealed record Failure(string Message, int ExitCode)
{
    /// <summary>The failure behind an exception; null if there is none.</summary>
    public static Failure? Of(Exception exception) => exception switch
    {
        FailureException { Failure: var failure } => failure,
        LeaderException => new(exception.Message, ExitCodes.BadData), // what counts is what rank 0 says
        UsageException => new(exception.Message, ExitCodes.BadArguments),
        OperationCanceledException => new("cancelled before training began.", ExitCodes.Cancelled),
        InvalidDataException or IOException or UnauthorizedAccessException => new(exception.Message, ExitCodes.BadData),
        _ => null,
    };
}

/// <summary>A failure of another rank, which ends the command on this one too.</summary>
internal sealed class FailureException(Failure failure) : Exception(failure.Message)
{
    public Failure Failure => failure;
}
