using System.Net;
using System.Net.Sockets;
using Descent.Tests;

namespace Descent.Live.Tests;

/// <summary>Who may look and stop, and what happens to those who may not.</summary>
public sealed class ServerTests : IDisposable
{
    private readonly LivePage _page = new() { Output = TextWriter.Null };
    private readonly HttpClient _client = new();

    public ServerTests() => _page.Start();

    public void Dispose()
    {
        _client.Dispose();
        _page.Dispose();
    }

    private string Token => _page.Address!.Query["?token=".Length..];

    [Fact]
    public async Task Page_WithTheToken_IsOneDocumentThatLoadsNothing()
    {
        using var response = await _client.GetAsync(_page.Address);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("127.0.0.1", _page.Address!.Host);
        Assert.Equal(32, Token.Length);
        Assert.StartsWith("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase) || header.Key == "Server");
        Assert.DoesNotMatch("(src|href)=\"?http|@import|url\\(", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("GET", "/", "")]
    [InlineData("GET", "/", "?token=")]
    [InlineData("GET", "/", "?token=00000000000000000000000000000000")]
    [InlineData("GET", "/", "?token=TOKEN0")]
    [InlineData("GET", "/events", "")]
    [InlineData("GET", "/events", "?token=TOKEN&token=TOKEN")]
    [InlineData("GET", "/nothing", "")]
    [InlineData("POST", "/stop", "?token=TOKEN")]
    public async Task Request_WithoutTheToken_IsRefused(string method, string path, string query)
    {
        using var response = await SendAsync(method, path + query.Replace("TOKEN", Token, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.False(_page.IsStopped);
    }

    // Browsers follow a name that points here (DNS rebinding); tunnels forward this machine's own.
    [Theory]
    [InlineData("evil.example", HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1.evil.example", HttpStatusCode.Forbidden)]
    [InlineData("localhost.evil.example:80", HttpStatusCode.Forbidden)]
    [InlineData("192.168.0.1", HttpStatusCode.Forbidden)]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:9000", HttpStatusCode.OK)]
    [InlineData("[::1]:9000", HttpStatusCode.OK)]
    public async Task Request_UnderAName_IsServedIfItIsOfThisMachine(string host, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _page.Address);
        request.Headers.Host = host;
        using var response = await _client.SendAsync(request);
        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [InlineData("GET", "/stop?token=TOKEN", HttpStatusCode.NotFound)]
    [InlineData("GET", "/page.js?token=TOKEN", HttpStatusCode.NotFound)]
    [InlineData("GET", "/../page.js?token=TOKEN", HttpStatusCode.NotFound)]
    [InlineData("POST", "/", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/?token=TOKEN", HttpStatusCode.NotFound)]
    [InlineData("POST", "/stop", HttpStatusCode.NoContent)]
    public async Task Request_WithTheToken_FindsWhatThereIs(string method, string path, HttpStatusCode expected)
    {
        using var response = await SendAsync(method, path.Replace("TOKEN", Token, StringComparison.Ordinal), Token);
        Assert.Equal(expected, response.StatusCode);
        Assert.False(_page.IsStopped); // nothing runs
    }

    [Fact]
    public void Port_InUse_IsAnotherWithAWarning_AndTrainingGoesOn()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        using var recorder = new TraceRecorder();
        using var output = new StringWriter();
        using var page = new LivePage(port) { Output = output };
        EndlessTraining.Classifier().Fit(EndlessTraining.X, EndlessTraining.Y, verbose: 0, callbacks: [page]);

        Assert.StartsWith($"The live page cannot have port {port}. It takes another one.", Assert.Single(recorder.Warnings), StringComparison.Ordinal);
        Assert.NotEqual(port, page.Address!.Port);
        Assert.Equal($"Live page: {page.Address}{Environment.NewLine}", output.ToString());
        Assert.Equal(LiveState.Finished, page.Record.Status.State);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(65536)]
    public void Port_ThatThereIsNot_IsRefused(int port) => Assert.StartsWith(
        $"port must be from 1 to 65535, or 0 for one that is free. Received: {port}.", Assert.Throws<ArgumentOutOfRangeException>(() => new LivePage(port)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Readers_ThatDoNotRead_AreCutOff_AndTrainingGoesOn()
    {
        using var training = new EndlessTraining();
        for (var i = 0; i < 40; i++)
            training.Page.Record.Add("wide", $"{i}", new LivePoint(0, 1));
        using var lazy = new TcpClient { ReceiveBufferSize = 1 };
        await lazy.ConnectAsync(IPAddress.Loopback, training.Page.Address!.Port);
        await lazy.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes($"GET /events{training.Page.Address.Query} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        for (var round = 0; round < 20; round++)
        {
            for (var i = 0; i < 40; i++)
                for (var j = 0; j < LiveLine.MostPoints; j++) training.Page.Record.Add("wide", $"{i}", new LivePoint(j, j));
            await training.GoOnAsync(100);
        }
    }

    [Fact]
    public void Start_AfterDispose_Throws_AndTrainingDoesNot()
    {
        _page.Dispose();
        Assert.Throws<ObjectDisposedException>(_page.Start);
        EndlessTraining.Classifier().Fit(EndlessTraining.X, EndlessTraining.Y, verbose: 0, callbacks: [_page]);
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string path, string? header = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(_page.Address!, path));
        if (header is not null) request.Headers.Add(LiveServer.TokenHeader, header);
        return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
