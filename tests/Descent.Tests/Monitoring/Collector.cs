using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Descent.Tests.Data;

namespace Descent.Tests.Monitoring;

/// <summary>Stands in for a collector of OpenTelemetry: takes what is posted to this machine's loopback address.</summary>
internal sealed class Collector : LoopbackServer
{
    /// <summary>Bodies by path, as text: the names in them are UTF-8.</summary>
    public ConcurrentDictionary<string, string> Posted { get; } = new();

    protected override async Task ServeAsync(NetworkStream stream, CancellationToken stop)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1); // a character is a byte
        var path = (await reader.ReadLineAsync(stop))!.Split(' ')[1];
        var length = 0;
        while (await reader.ReadLineAsync(stop) is { Length: > 0 } header)
            if (header.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase)) length = int.Parse(header.Split(' ')[1], CultureInfo.InvariantCulture);
        var body = new char[length];
        await reader.ReadBlockAsync(body, stop);
        Posted.AddOrUpdate(path, new string(body), (_, before) => before + new string(body));
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), stop);
    }
}
