using System.Net;
using System.Net.Sockets;

namespace Descent.Live.Tests;

/// <summary>A way to a server that can be cut: what a network does, or <c>ssh -L</c>.</summary>
internal sealed class Relay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _connections = [];
    private readonly int _target;
    private volatile bool _isCut;

    public Relay(Uri target)
    {
        _target = target.Port;
        _listener.Start();
        Address = new UriBuilder(target) { Host = "localhost", Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;
        _ = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>Breaks all connections, and takes no new ones.</summary>
    public void Cut()
    {
        _isCut = true;
        lock (_connections)
        {
            foreach (var connection in _connections) connection.Dispose();
            _connections.Clear();
        }
    }

    public void Mend() => _isCut = false;

    public void Dispose()
    {
        Cut();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient near;
            try
            {
                near = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }

            if (_isCut)
            {
                near.Dispose();
                continue;
            }

            var far = new TcpClient();
            await far.ConnectAsync(IPAddress.Loopback, _target);
            lock (_connections) _connections.AddRange([near, far]);
            _ = CopyAsync(near, far);
            _ = CopyAsync(far, near);
        }
    }

    private static async Task CopyAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut.
        }
    }
}
