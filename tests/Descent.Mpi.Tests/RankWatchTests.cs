using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Descent.Distribution;
using static Descent.Mpi.Tests.MpiRun;

namespace Descent.Mpi.Tests;

/// <summary>The connections through which ranks see each other; <see cref="DeathTests"/> has the deaths.</summary>
public sealed class RankWatchTests
{
    private const int NameLength = 250, SecretLength = 16;

    // A while: longer than a watch waits before it ends all or calls a rank gone.
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(10), s_aWhile = TimeSpan.FromSeconds(1.2);

    [Fact]
    public void Ranks_ThatLeaveInAnyOrder_EndNobody()
    {
        var ended = new ManualResetEventSlim(); // which watches of this test may set when it is over
        var watches = Meet(3, _ => ended.Set());
        foreach (var rank in new[] { 1, 0, 2 })
        {
            watches[rank]!.Say(RankWatch.Word.Leaves);
            watches[rank]!.Dispose();
        }

        Assert.False(ended.Wait(s_aWhile));
    }

    [Theory]
    [InlineData(2, 0)] // rank 0 sees the others
    [InlineData(0, 1)] // and rank 1 rank 0
    public void Rank_ThatIsGoneWithoutAWord_EndsAllByOne(int gone, int speaker)
    {
        var ended = new ManualResetEventSlim();
        var enders = new List<int>();
        var watches = Meet(3, rank =>
        {
            enders.Add(rank);
            ended.Set();
        });
        watches[gone]!.Dispose();

        Assert.True(ended.Wait(s_soon));
        Assert.Equal([speaker], enders);
        foreach (var watch in watches) watch!.Dispose();
    }

    [Fact]
    public void Rank_ThatEndsAllItself_IsNotCalledGone()
    {
        var ended = new ManualResetEventSlim();
        var watches = Meet(3, _ => ended.Set());
        watches[1]!.Say(RankWatch.Word.Ends);
        watches[1]!.Dispose();

        Assert.False(ended.Wait(s_aWhile)); // the others leave it the time that it needs
        foreach (var watch in watches) watch!.Dispose();
    }

    [Fact]
    public void Rank_ThatIsGoneWhenAnotherExits_IsTheOneThatIsNamed()
    {
        var (ended, errors) = (new ManualResetEventSlim(), new MemoryStream());
        using var exiting = Peer(RankWatch.Word.Exits);
        using var gone = Peer();
        using var watch = new RankWatch(new() { [exiting.Near] = "1"u8.ToArray(), [gone.Near] = "2"u8.ToArray() }, ended.Set, errors);

        Assert.True(ended.Wait(s_soon));
        Assert.Equal("2"u8, errors.ToArray());
    }

    [Fact]
    public void Rank_ThatExitsAlone_IsCalledGone()
    {
        var (ended, errors) = (new ManualResetEventSlim(), new MemoryStream());
        using var exiting = Peer(RankWatch.Word.Exits);
        using var watch = new RankWatch(new() { [exiting.Near] = "1"u8.ToArray() }, ended.Set, errors);

        Assert.True(ended.Wait(s_soon));
        Assert.Equal("1"u8, errors.ToArray());
    }

    [Fact]
    public void Ranks_ThatExitTogether_AreNotCalledGoneHoweverLongItTakes()
    {
        var (ended, errors) = (new ManualResetEventSlim(), new MemoryStream());
        using var exiting = Peer(RankWatch.Word.Exits);
        using var watch = new RankWatch(new() { [exiting.Near] = "1"u8.ToArray() }, ended.Set, errors);
        Assert.True(SpinWait.SpinUntil(() => exiting.Near.Available == 0, s_soon)); // heard
        watch.Say(RankWatch.Word.Exits);

        Assert.False(ended.Wait(s_aWhile));
        Assert.Empty(errors.ToArray());
    }

    [Fact]
    public void Strangers_WhoConnectFirst_AreDroppedAndNobodyListensLater()
    {
        var ranks = Communicator.Local(2);
        RankWatch? watch = null;
        var zero = new Thread(() => watch = RankMeeting.Watch(ranks[0], () => { }));
        zero.Start();

        var (end, greeting, expected) = Invited(ranks[1]);
        using var silent = Connect(end, []);
        using var guessing = Connect(end, new byte[greeting.Length]);
        using var known = Connect(end, greeting); // at once: rank 0 listens for seconds, and the silent one takes some of them
        var answer = new byte[SecretLength];
        Assert.Equal(0, silent.Receive(answer));
        Assert.Equal(0, guessing.Receive(answer));
        Assert.Equal(SecretLength, known.Receive(answer));
        Assert.Equal(expected, Convert.ToHexString(answer));
        ranks[1].AllReduce(new int[1]);
        zero.Join();

        Assert.NotNull(watch);
        Assert.Throws<SocketException>(() => Connect(end, []));
        watch.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // rank 0 believes that it has
    public void Ranks_OneOfWhichCannotConnect_DoNotWatch(bool isHeard)
    {
        var watched = true;
        using var warnings = new StringWriter();
        using var listener = new TextWriterTraceListener(warnings);
        Trace.Listeners.Add(listener);
        var ranks = Communicator.Local(2);
        var zero = new Thread(() => watched = RankMeeting.Watch(ranks[0], () => { }) is not null);
        zero.Start();
        var (end, greeting, _) = Invited(ranks[1]);
        using var known = isHeard ? Connect(end, greeting) : null;
        ranks[1].AllReduce(new[] { 1 });
        zero.Join();
        Trace.Listeners.Remove(listener);

        Assert.False(watched);
        Assert.Contains("Received: 1 of 1 did not.", warnings.ToString(), StringComparison.Ordinal);
    }

    [MpiTheory]
    [InlineData(OpenMpi)]
    public void Setting_OfZero_LeavesItToTheLauncher(string implementation)
    {
        var (exitCode, output) = MpiRun.Kill(implementation, 2, 1, ["wait"], environment: [(RankMeeting.Setting, "0")]);

        Assert.NotEqual(0, exitCode);
        Assert.DoesNotContain("is gone", output, StringComparison.Ordinal);
    }

    private static RankWatch?[] Meet(int count, Action<int> end)
    {
        var (ranks, watches) = (Communicator.Local(count), new RankWatch?[count]);
        Thread[] threads = [.. ranks.Select(rank => new Thread(() => watches[rank.Rank] = RankMeeting.Watch(rank, () => end(rank.Rank))))];
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        Assert.DoesNotContain(null, watches);
        return watches;
    }

    /// <summary>What rank 1 of 2 does before it connects, by hand.</summary>
    private static (IPEndPoint End, byte[] Greeting, string Answer) Invited(Communicator rank)
    {
        rank.AllGather<byte>(Encoding.UTF8.GetBytes($"{Environment.MachineName}, x".PadRight(NameLength, '\0')), new byte[2 * NameLength], [NameLength, NameLength]);
        var length = new int[1];
        rank.Broadcast<int>(length);
        var bytes = new byte[length[0]];
        rank.Broadcast<byte>(bytes);
        string[] invitation = Encoding.UTF8.GetString(bytes).Split(' ');
        Assert.Equal("127.0.0.1", Assert.Single(invitation[3..])); // on one machine nobody else can reach it
        var greeting = new byte[SecretLength + sizeof(int)];
        Convert.FromHexString(invitation[0]).CopyTo(greeting, 0);
        BinaryPrimitives.WriteInt32LittleEndian(greeting.AsSpan(SecretLength), 1);
        return (new IPEndPoint(IPAddress.Loopback, int.Parse(invitation[2], CultureInfo.InvariantCulture)), greeting, invitation[1]);
    }

    private static Socket Connect(EndPoint end, byte[] greeting)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = (int)s_soon.TotalMilliseconds };
        socket.Connect(end);
        socket.Send(greeting);
        return socket;
    }

    /// <summary>A connection whose far end says some words; without any it is gone.</summary>
    private static Connection Peer(params RankWatch.Word[] words)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var far = Connect(listener.LocalEndPoint!, [.. words.Select(word => (byte)word)]);
        var near = listener.Accept();
        if (words.Length == 0) far.Dispose();
        Assert.True(near.Poll(s_soon, SelectMode.SelectRead)); // it can be heard
        return new(near, far);
    }

    private sealed record Connection(Socket Near, Socket Far) : IDisposable
    {
        public void Dispose()
        {
            Near.Dispose();
            Far.Dispose();
        }
    }
}
