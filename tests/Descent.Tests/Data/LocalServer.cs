using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Descent.Tests.Data;

/// <summary>A file server on this machine's loopback address that can break off, forget ranges and fall silent.</summary>
internal sealed class LocalServer : LoopbackServer
{
    public Uri Root => new(Address + "/");

    /// <summary>The files by name; any other gives 404.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>What was asked for: the name and where the range begins.</summary>
    public ConcurrentQueue<(string Name, long Start)> Requests { get; } = new();

    /// <summary>How many bytes of a file are sent before the connection breaks.</summary>
    public int? BreakAfter { get; set; }

    /// <summary>Whether nothing more is sent where the connection would break.</summary>
    public bool Silent { get; set; }

    /// <summary>Whether ranges are ignored.</summary>
    public bool WholeFilesOnly { get; set; }

    protected override async Task ServeAsync(NetworkStream stream, CancellationToken stop)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var name = (await reader.ReadLineAsync(stop))!.Split(' ')[1].TrimStart('/');
        long start = 0;
        while (await reader.ReadLineAsync(stop) is { Length: > 0 } header)
        {
            const string Range = "Range: bytes=";
            if (header.StartsWith(Range, StringComparison.OrdinalIgnoreCase) && !WholeFilesOnly)
                start = long.Parse(header[Range.Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
        }

        Requests.Enqueue((name, start));
        if (!Files.TryGetValue(name, out var file)) await SendAsync("404 Not Found", [], "");
        else if (start >= file.Length && start > 0) await SendAsync("416 Range Not Satisfiable", [], $"Content-Range: bytes */{file.Length}\r\n");
        else if (start > 0) await SendAsync("206 Partial Content", file[(int)start..], $"Content-Range: bytes {start}-{file.Length - 1}/{file.Length}\r\n");
        else await SendAsync("200 OK", file, "");

        async Task SendAsync(string status, byte[] body, string headers)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\n{headers}Connection: close\r\n\r\n"), stop);
            await stream.WriteAsync(body.AsMemory(0, Math.Min(body.Length, BreakAfter ?? int.MaxValue)), stop);
            await stream.FlushAsync(stop);
            if (Silent && BreakAfter < body.Length) await Task.Delay(Timeout.Infinite, stop);
        }
    }
}
