using System.Buffers.Binary;
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
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(10), s_aWhile = TimeSpan.FromMilliseconds(300);

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
    public void Strangers_WhoConnectFirst_AreDroppedAndNobodyListensLater()
    {
        var ranks = Communicator.Local(2);
        RankWatch? watch = null;
        var zero = new Thread(() => watch = RankMeeting.Watch(ranks[0], () => { }));
        zero.Start();

        // What rank 1 does, by hand.
        const int NameLength = 250;
        ranks[1].AllGather<byte>(Encoding.UTF8.GetBytes($"{Environment.MachineName}, x".PadRight(NameLength, '\0')), new byte[2 * NameLength], [NameLength, NameLength]);
        var length = new int[1];
        ranks[1].Broadcast<int>(length);
        var bytes = new byte[length[0]];
        ranks[1].Broadcast<byte>(bytes);
        string[] invitation = Encoding.UTF8.GetString(bytes).Split(' ');
        Assert.Equal("127.0.0.1", Assert.Single(invitation[3..])); // on one machine nobody else can reach it
        var end = new IPEndPoint(IPAddress.Loopback, int.Parse(invitation[2], CultureInfo.InvariantCulture));
        using var silent = Connect(end, []);
        using var guessing = Connect(end, new byte[20]);
        Assert.Equal(0, guessing.Receive(new byte[16]));
        Assert.Equal(0, silent.Receive(new byte[16]));
        var greeting = new byte[20];
        Convert.FromHexString(invitation[0]).CopyTo(greeting, 0);
        BinaryPrimitives.WriteInt32LittleEndian(greeting.AsSpan(16), 1);
        using var known = Connect(end, greeting);
        var answer = new byte[16];
        Assert.Equal(16, known.Receive(answer));
        Assert.Equal(invitation[1], Convert.ToHexString(answer));
        ranks[1].AllReduce(new int[1]);
        zero.Join();

        Assert.NotNull(watch);
        Assert.Throws<SocketException>(() => Connect(end, []));
        watch.Dispose();
    }

    [Fact]
    public void Ranks_OneOfWhichCannotConnect_DoNotWatch()
    {
        var watched = true;
        var ranks = Communicator.Local(2);
        var zero = new Thread(() => watched = RankMeeting.Watch(ranks[0], () => { }) is not null);
        zero.Start();
        ranks[1].AllGather<byte>(new byte[250], new byte[500], [250, 250]);
        var length = new int[1];
        ranks[1].Broadcast<int>(length);
        ranks[1].Broadcast<byte>(new byte[length[0]]);
        ranks[1].AllReduce(new[] { 1 });
        zero.Join();
        Assert.False(watched);
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

    private static Socket Connect(EndPoint end, byte[] greeting)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = (int)s_soon.TotalMilliseconds };
        socket.Connect(end);
        socket.Send(greeting);
        return socket;
    }
}
