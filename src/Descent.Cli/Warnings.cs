using System.Diagnostics;

namespace Descent.Cli;

/// <summary>Shows what the library warns of, such as a damaged checkpoint, on the standard error.</summary>
internal sealed class Warnings : TraceListener
{
    public override void TraceEvent(TraceEventCache? eventCache, string source, TraceEventType eventType, int id, string? message) => WriteLine(message);

    public override void TraceEvent(TraceEventCache? eventCache, string source, TraceEventType eventType, int id, string? format, params object?[]? args) =>
        WriteLine(args is { Length: > 0 } ? string.Format(System.Globalization.CultureInfo.InvariantCulture, format ?? "", args) : format);

    public override void Write(string? message) => Console.Error.Write(message);

    public override void WriteLine(string? message) => Console.Error.WriteLine($"descent: {message}");
}
