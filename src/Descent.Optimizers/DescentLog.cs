using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Descent;

/// <summary>Where warnings go: to the loggers of <see cref="Factory"/>, or to <see cref="Trace"/> while there is none; never to the console.</summary>
/// <example><code>
/// using var factory = LoggerFactory.Create(logging =&gt; logging.AddConsole());
/// DescentLog.Factory = factory;
/// </code></example>
public static class DescentLog
{
    private static volatile ILoggerFactory? s_factory;

    /// <summary>
    /// Makes the loggers, for the whole process; each has the full name of the class that warns as its category, such as <c>Descent.Optimizers.MultiOptimizer</c>.
    /// Default null: warnings go to <see cref="Trace.TraceWarning(string)"/>. Whoever disposes a factory sets this to null first.
    /// </summary>
    public static ILoggerFactory? Factory
    {
        get => s_factory;
        set => s_factory = value;
    }

    /// <summary>Warns of something that looks like a mistake and stops nothing.</summary>
    /// <typeparam name="T">The class that warns.</typeparam>
    /// <param name="message">A sentence or more.</param>
    internal static void Warn<T>(string message)
    {
        if (s_factory is { } factory) factory.CreateLogger<T>().Log(LogLevel.Warning, default, message, null, static (text, _) => text);
        else Trace.TraceWarning(message);
    }
}
