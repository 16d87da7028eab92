using System.Net;
using System.Net.Sockets;

namespace Descent.Tests.Data;

/// <summary>A server on this machine's loopback address that answers each connection by itself, until it is disposed.</summary>
internal abstract class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();

    protected LoopbackServer()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Where it listens, without a path.</summary>
    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        _stop.Dispose();
    }

    /// <summary>Answers one connection.</summary>
    protected abstract Task ServeAsync(NetworkStream stream, CancellationToken stop);

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        using var stream = client.GetStream();
        await ServeAsync(stream, _stop.Token);
    }
}
