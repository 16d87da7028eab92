using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Descent.Data;

namespace Descent.Tests.Data;

/// <summary>Downloads from a server on this machine; the real network is never asked.</summary>
public sealed class DatasetStoreTests : IDisposable
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31 >> 3))];

    private readonly LocalServer _server = new();
    private readonly TemporaryFolder _home = new();
    private readonly DatasetStore _store;
    private readonly DatasetFile _file = new(new Uri("https://example.invalid/data/set.bin"), "kept.bin", Hash(Content));

    public DatasetStoreTests()
    {
        _server.Files["set.bin"] = Content;
        _store = new DatasetStore(_home.Root, _server.Root);
    }

    private string Target => _home[Path.Combine("datasets", "kept.bin")];

    public void Dispose()
    {
        _server.Dispose();
        _home.Dispose();
    }

    [Fact]
    public void Get_MissingFile_DownloadsItOnceAndReports()
    {
        var progress = new Reports();
        Assert.Equal(Target, Get(progress: progress));
        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Equal(new DownloadProgress("kept.bin", Content.Length, Content.Length), progress[^1]);
        Assert.Equal(progress.OrderBy(p => p.BytesReceived), progress);

        Get();
        Assert.Single(_server.Requests);
        Assert.Single(Directory.GetFiles(_home["datasets"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Get_WrongOrShortFileInTheCache_DownloadsItAgainIfTheChecksumIsKnown(bool known)
    {
        _home.Write("datasets/kept.bin", Content[..1000]);
        Get(known ? _file : _file with { Hash = null });
        Assert.Equal(known ? Content : Content[..1000], File.ReadAllBytes(Target));
    }

    [Fact]
    public void Get_Md5_IsCheckedToo()
    {
        Get(_file with { Hash = "e5a18a1182e56fbf0bd8e33fa8ce6121" });
        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Throws<InvalidDataException>(() => Get(_file with { Hash = new string('0', 32) }));
    }

    [Fact]
    public void Get_BrokenConnection_SaysSoAndGoesOnNextTime()
    {
        _server.BreakAfter = 100_000;
        var exception = Assert.Throws<HttpRequestException>(() => Get());
        Assert.StartsWith($"'kept.bin' could not be downloaded from {_server.Root}set.bin: the connection broke", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith($"Try again when the address can be reached (what has come is kept), or put the file at '{Target}'.", exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Target));
        Assert.Equal(Content[..100_000], File.ReadAllBytes(Target + ".part"));

        _server.BreakAfter = null;
        var progress = new Reports();
        Get(progress: progress);
        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Equal([("set.bin", 0), ("set.bin", 100_000)], _server.Requests);
        Assert.True(progress[0].BytesReceived > 100_000);
        Assert.Equal(Content.Length, progress[0].TotalBytes);
        Assert.False(File.Exists(Target + ".part"));
    }

    [Fact]
    public void Get_ServerWithoutRanges_BeginsAnew()
    {
        _home.Write("datasets/kept.bin.part", Content[..5000]);
        _server.WholeFilesOnly = true;
        Get();
        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public void Get_PartOfAnotherFile_BeginsAnew()
    {
        _home.Write("datasets/kept.bin.part", new byte[5000]);
        Get();
        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Equal([("set.bin", 5000), ("set.bin", 0)], _server.Requests);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Get_PartAsLongAsTheFileOrLonger_IsTakenIfItIsRight(int more)
    {
        _home.Write("datasets/kept.bin.part", [.. Content, .. new byte[more]]);
        Get();
        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Equal(more == 0 ? 1 : 2, _server.Requests.Count);
    }

    [Fact]
    public void Get_PartWithoutChecksum_IsNotTrusted()
    {
        _home.Write("datasets/kept.bin.part", new byte[5000]);
        Get(_file with { Hash = null });
        Assert.Equal(Content, File.ReadAllBytes(Target));
    }

    [Fact]
    public void Get_WrongChecksum_KeepsNothingButWhatWasThere()
    {
        _home.Write("datasets/kept.bin", Content[..10]);
        _server.Files["set.bin"] = Content[..^1];
        var message = Assert.Throws<InvalidDataException>(() => Get()).Message;
        Assert.StartsWith($"'kept.bin' must have the checksum {Hash(Content)}. Received: {Hash(Content[..^1])} from {_server.Root}set.bin.", message, StringComparison.Ordinal);
        Assert.Equal(Content[..10], File.ReadAllBytes(Target));
        Assert.False(File.Exists(Target + ".part"));
    }

    [Fact]
    public void Get_FileThatTheServerLacks_SaysWhatItAnswers()
    {
        var exception = Assert.Throws<HttpRequestException>(() => Get(_file with { Origin = new Uri("https://example.invalid/none.bin") }));
        Assert.Equal(HttpStatusCode.NotFound, exception.StatusCode);
        Assert.Contains($"{_server.Root}none.bin: the server answers 404 Not Found. ", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_home["datasets"]));
    }

    [Fact]
    public void Get_NobodyThere_SaysWhereToPutTheFile()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        var offline = new DatasetStore(_home.Root, new Uri($"http://127.0.0.1:{port}/"));
        var exception = Assert.Throws<HttpRequestException>(() => offline.Get(_file, null, default));
        Assert.StartsWith($"'kept.bin' could not be downloaded from http://127.0.0.1:{port}/set.bin: Connection refused", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"put the file at '{Target}'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Get_CancelledWhileTheServerIsSilent_StopsAndKeepsThePart()
    {
        (_server.BreakAfter, _server.Silent) = (50_000, true);
        using var source = new CancellationTokenSource();
        var progress = new Reports { Then = p => { if (p.BytesReceived == 50_000) source.CancelAfter(10); } };
        var exception = Assert.Throws<OperationCanceledException>(() => _store.Get(_file, progress, source.Token));
        Assert.Equal(source.Token, exception.CancellationToken);
        Assert.Equal(50_000, new FileInfo(Target + ".part").Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("../up.npz")]
    [InlineData("/etc/up.npz")]
    public void Get_PathInsteadOfName_IsRefused(string name) =>
        Assert.Contains($"Received: '{name}'", Assert.Throws<ArgumentException>(() => Get(_file with { Name = name })).Message, StringComparison.Ordinal);

    [Fact]
    public void FindHome_Setting_IsRespected()
    {
        var user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Assert.Equal(_home["keras"], DatasetStore.FindHome(_home["keras"]));
        Assert.Equal(Path.Combine(Path.GetTempPath(), ".keras"), DatasetStore.FindHome(_home.Write("file", [])));
        Assert.Equal(Path.Join(user, Path.GetFileName(_home.Root)), Expanded($"~/{Path.GetFileName(_home.Root)}"));

        static string Expanded(string setting)
        {
            var home = DatasetStore.FindHome(setting);
            if (Directory.Exists(home) && !home.EndsWith(".keras", StringComparison.Ordinal)) Directory.Delete(home);
            return home;
        }
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private string Get(DatasetFile? file = null, IProgress<DownloadProgress>? progress = null) => _store.Get(file ?? _file, progress, default);

    private sealed class Reports : List<DownloadProgress>, IProgress<DownloadProgress>
    {
        public Action<DownloadProgress>? Then { get; init; }

        public void Report(DownloadProgress value)
        {
            Add(value);
            Then?.Invoke(value);
        }
    }
}
