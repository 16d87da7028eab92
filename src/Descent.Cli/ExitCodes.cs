namespace Descent.Cli;

/// <summary>What the command tells the shell.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The file must be corrected.</summary>
    public const int BadData = 1;

    /// <summary>The command line must be corrected.</summary>
    public const int BadArguments = 2;

    /// <summary>What shells report of a program that Ctrl+C ended: 128 + SIGINT.</summary>
    public const int Cancelled = 130;
}
