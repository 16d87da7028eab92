using System.Reflection;

namespace Descent.Tests;

/// <summary>Runs the programs under <c>samples</c>, and reads the pages that show them. Samples write to the console and set the seed, which belong to the process.</summary>
internal static class Samples
{
    public static string Run(string sample, params string[] args)
    {
        var output = new StringWriter();
        var console = Console.Out;
        Console.SetOut(output);
        try
        {
            Assembly.Load(sample).EntryPoint!.Invoke(null, [args]);
        }
        finally
        {
            Console.SetOut(console);
        }

        return output.ToString().ReplaceLineEndings("\n");
    }

    public static string Read(string path) => File.ReadAllText(Path.Combine(Golden.Root, path)).ReplaceLineEndings("\n");

    /// <summary>What a page says that the command prints which runs a sample.</summary>
    public static string OutputOnPage(string page, string sample)
    {
        var text = Read(page);
        var command = $"$ dotnet run -c Release --project samples/{sample}\n";
        var output = text[(text.IndexOf(command, StringComparison.Ordinal) + command.Length)..];
        return output[..output.IndexOf("```", StringComparison.Ordinal)];
    }
}
