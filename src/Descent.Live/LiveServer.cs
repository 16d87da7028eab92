using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Descent.Live;

/// <summary>Serves the page to this machine, to those who know the token.</summary>
/// <remarks>Bare Kestrel, without a host: that would read settings of the surroundings, and take Ctrl+C for itself.</remarks>
internal sealed class LiveServer : IHttpApplication<HttpContext>, IDisposable
{
    /// <summary>The header in which a request that changes something has the token: no other site can make a browser send it.</summary>
    public const string TokenHeader = "X-Descent-Token";

    private const int MostConnections = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly string[] OwnHosts = ["localhost", "127.0.0.1", "[::1]"];

    private readonly byte[] _token;
    private readonly KestrelServer _server;
    private readonly LiveStream _stream;
    private readonly Action _stop;

    /// <summary>Begins to serve.</summary>
    /// <param name="port">The port; 0: a free one.</param>
    /// <param name="record">What there is to see.</param>
    /// <param name="requestSample">Called some times a second.</param>
    /// <param name="stop">Called when the button is pressed.</param>
    /// <exception cref="IOException">The port is in use.</exception>
    public LiveServer(int port, LiveRecord record, Action requestSample, Action stop)
    {
        _stop = stop;
        var token = RandomNumberGenerator.GetHexString(32, lowercase: true);
        _token = Encoding.ASCII.GetBytes(token);
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = MostConnections;
        options.Limits.MaxRequestBodySize = 0;
        options.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
        _server = new KestrelServer(
            Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
        _stream = new LiveStream(record, requestSample);
        try
        {
            // In the pool, as a thread with a context of its own would wait for itself.
            Task.Run(() => _server.StartAsync(this, CancellationToken.None)).GetAwaiter().GetResult();
        }
        catch
        {
            _stream.Dispose();
            _server.Dispose();
            throw;
        }

        Address = new Uri($"{_server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single()}/?token={token}");
    }

    /// <summary>The address of the page, with the token.</summary>
    public Uri Address { get; }

    /// <summary>Tells all browsers the last, and ends.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        using var patience = new CancellationTokenSource(Patience);
        Task.Run(() => _server.StopAsync(patience.Token), CancellationToken.None).GetAwaiter().GetResult();
        _server.Dispose();
    }

    HttpContext IHttpApplication<HttpContext>.CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    void IHttpApplication<HttpContext>.DisposeContext(HttpContext context, Exception? exception)
    {
    }

    Task IHttpApplication<HttpContext>.ProcessRequestAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var headers = response.Headers;
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = LiveHtml.Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Referrer-Policy"] = "no-referrer"; // the address has the token

        // A name of another site that leads here would make its pages look like ours.
        if (!OwnHosts.Contains(request.Host.Host, StringComparer.OrdinalIgnoreCase)) return Refuse(response, StatusCodes.Status403Forbidden, "This page is for its own machine: open it as localhost.");
        var isPost = HttpMethods.IsPost(request.Method);
        if (!IsToken(isPost ? request.Headers[TokenHeader] : request.Query["token"])) return Refuse(response, StatusCodes.Status403Forbidden, "The token is missing or wrong: open the address that the program printed.");
        var isGet = HttpMethods.IsGet(request.Method);
        switch (request.Path.Value)
        {
            case "/" when isGet:
                response.ContentType = "text/html; charset=utf-8";
                response.ContentLength = LiveHtml.Bytes.Length;
                return response.Body.WriteAsync(LiveHtml.Bytes).AsTask();
            case "/events" when isGet:
                return _stream.ServeAsync(response, context.RequestAborted);
            case "/stop" when isPost:
                _stop();
                response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
            default:
                return Refuse(response, StatusCodes.Status404NotFound, "There is nothing here.");
        }
    }

    private bool IsToken(string? text) => text is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(text), _token);

    private static Task Refuse(HttpResponse response, int status, string message)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        return response.WriteAsync(message);
    }
}
