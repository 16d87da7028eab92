using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Descent.Distribution;

namespace Descent.Mpi;

/// <summary>Connects every rank with rank 0 by TCP, for <see cref="RankWatch"/>.</summary>
/// <remarks>
/// Addresses and secrets go through MPI. Rank 0 listens until all have come, for seconds at most, and on machines that run all ranks only to that machine. Whoever connects must
/// give a secret, and is given another one, so that neither end takes a stranger for a rank.
/// </remarks>
internal static class RankMeeting
{
    /// <summary>The environment variable that is 0 on rank 0 where ranks shall not connect.</summary>
    public const string Setting = "DESCENT_MPI_WATCH";

    private const int SecretLength = 16;
    private const int LongestName = 250;

    // How long a rank tries to connect, and then waits for an answer; rank 0 listens for as long as both may take, and to nobody for long.
    private static readonly TimeSpan s_trying = TimeSpan.FromSeconds(4), s_listening = 2 * s_trying, s_greeting = TimeSpan.FromSeconds(1.5);

    /// <summary>Begins to watch, on all ranks or on none: there is no watch where they cannot connect.</summary>
    /// <param name="communicator">Reaches all ranks.</param>
    /// <param name="end">Ends all of them.</param>
    public static RankWatch? Watch(Communicator communicator, Action end)
    {
        var (rank, size) = (communicator.Rank, communicator.Size);
        if (size == 1) return null;
        string[] names = Gather(communicator, $"{Environment.MachineName}, process {Environment.ProcessId}");
        using var listener = rank == 0 ? Listen(names.All(n => n.Split(',')[0] == Environment.MachineName)) : null;
        var invitation = Share(communicator, listener is null ? "" : Invite(listener)).Split(' ');
        if (invitation.Length == 1) return null;
        var connections = rank == 0 ? Accept(listener!, invitation, size) : Connect(invitation, rank);
        var missing = (rank == 0 ? size - 1 : 1) - connections.Count;
        int[] ofAll = [missing];
        communicator.AllReduce(ofAll);
        if (ofAll[0] == 0)
        {
            return new RankWatch(
                connections.ToDictionary(c => c.Value, c => rank <= 1 ? Encoding.UTF8.GetBytes($"Rank {c.Key} of {size} ({names[c.Key]}) is gone: all end.\n") : []), end);
        }

        foreach (var connection in connections.Values) connection.Dispose();
        if (rank == 0)
        {
            missing = Math.Max(missing, ofAll[0] - missing); // either end may be the one that was not reached
            DescentLog.Warn<RankWatch>(
                $"All ranks must reach rank 0 by TCP for one that is killed to be named by the others. Received: {missing} of {size - 1} did not. The launcher may name it; {Setting}=0 leaves this out.");
        }

        return null;
    }

    private static Socket? Listen(bool isOneMachine)
    {
        if (Environment.GetEnvironmentVariable(Setting) == "0") return null;
        try
        {
            var socket = isOneMachine || !Socket.OSSupportsIPv6 ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) : new Socket(SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(isOneMachine ? IPAddress.Loopback : socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0));
            socket.Listen();
            return socket;
        }
        catch (SocketException)
        {
            return null; // no network, not even with itself
        }
    }

    // Two secrets, the port and the addresses.
    private static string Invite(Socket listener)
    {
        var end = (IPEndPoint)listener.LocalEndPoint!;
        var addresses = IPAddress.IsLoopback(end.Address) ? [end.Address] : Addresses().Where(a => a.AddressFamily == AddressFamily.InterNetwork || Socket.OSSupportsIPv6);
        return string.Join(' ', [Secret(), Secret(), string.Create(CultureInfo.InvariantCulture, $"{end.Port}"), .. addresses.Select(a => $"{a}")]);
    }

    // Those at which other machines may reach this one.
    private static IPAddress[] Addresses()
    {
        try
        {
            return
            [
                .. NetworkInterface.GetAllNetworkInterfaces()
                    .Where(n => n.OperationalStatus == OperationalStatus.Up && n.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                    .SelectMany(n => n.GetIPProperties().UnicastAddresses).Select(a => a.Address).Where(a => !a.IsIPv6LinkLocal),
            ];
        }
        catch (NetworkInformationException)
        {
            return []; // a container may hide them
        }
    }

    private static string Secret() => Convert.ToHexString(RandomNumberGenerator.GetBytes(SecretLength));

    private static Dictionary<int, Socket> Accept(Socket listener, string[] invitation, int size)
    {
        var (secret, answer) = (Convert.FromHexString(invitation[0]), Convert.FromHexString(invitation[1]));
        var (connections, greeting) = (new Dictionary<int, Socket>(), new byte[SecretLength + sizeof(int)]);
        var end = Environment.TickCount64 + (long)s_listening.TotalMilliseconds;
        while (connections.Count < size - 1 && Environment.TickCount64 is var now && now < end && listener.Poll(TimeSpan.FromMilliseconds(end - now), SelectMode.SelectRead))
        {
            var rank = 0;
            var socket = Exchange(listener.Accept, s_greeting, stream =>
            {
                stream.ReadExactly(greeting);
                rank = BinaryPrimitives.ReadInt32LittleEndian(greeting.AsSpan(SecretLength));
                if (!CryptographicOperations.FixedTimeEquals(greeting.AsSpan(0, SecretLength), secret) || rank < 1 || rank >= size || connections.ContainsKey(rank)) return false;
                stream.Write(answer);
                return true;
            });
            if (socket is not null) connections.Add(rank, socket);
        }

        return connections;
    }

    private static Dictionary<int, Socket> Connect(string[] invitation, int rank)
    {
        var greeting = new byte[SecretLength + sizeof(int)];
        Convert.FromHexString(invitation[0]).CopyTo(greeting, 0);
        BinaryPrimitives.WriteInt32LittleEndian(greeting.AsSpan(SecretLength), rank);
        var (port, answer) = (int.Parse(invitation[2], CultureInfo.InvariantCulture), new byte[SecretLength]);
        foreach (var address in invitation[3..])
        {
            var (end, patience) = (new IPEndPoint(IPAddress.Parse(address), port), s_trying / (invitation.Length - 3));
            var socket = Exchange(() => Open(end, patience), patience, stream =>
            {
                stream.Write(greeting);
                stream.ReadExactly(answer);
                return CryptographicOperations.FixedTimeEquals(answer, Convert.FromHexString(invitation[1]));
            });
            if (socket is not null) return new() { [0] = socket };
        }

        return [];
    }

    private static Socket? Open(IPEndPoint end, TimeSpan patience)
    {
        var (socket, isOpen) = (new Socket(end.AddressFamily, SocketType.Stream, ProtocolType.Tcp), false);
        try
        {
            isOpen = socket.ConnectAsync(end).Wait(patience);
            return isOpen ? socket : null;
        }
        finally
        {
            if (!isOpen) socket.Dispose();
        }
    }

    /// <summary>Talks with who is at the other end, who may be anybody.</summary>
    /// <returns>The connection with a rank; null if it is none.</returns>
    private static Socket? Exchange(Func<Socket?> open, TimeSpan patience, Func<NetworkStream, bool> talk)
    {
        Socket? socket = null;
        try
        {
            socket = open();
            if (socket is null) return null;
            (socket.NoDelay, socket.ReceiveTimeout, socket.SendTimeout) = (true, (int)patience.TotalMilliseconds, (int)patience.TotalMilliseconds);
            using (var stream = new NetworkStream(socket))
            {
                if (!talk(stream))
                {
                    socket.Dispose();
                    return null;
                }
            }

            socket.ReceiveTimeout = 0;

            // A machine that loses its power closes nothing.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            return socket;
        }
        catch (Exception e) when (e is SocketException or IOException or AggregateException { InnerException: SocketException })
        {
            socket?.Dispose();
            return null;
        }
    }

    /// <summary>Gives all ranks a short text of each.</summary>
    private static string[] Gather(Communicator communicator, string own)
    {
        var (all, part, counts) = (new byte[communicator.Size * LongestName], new byte[LongestName], new int[communicator.Size]);
        Array.Fill(counts, LongestName);
        Encoding.UTF8.GetEncoder().Convert(own, part, flush: true, out _, out _, out _);
        communicator.AllGather<byte>(part, all, counts);
        return [.. all.Chunk(LongestName).Select(text => Encoding.UTF8.GetString(text).TrimEnd('\0'))];
    }

    /// <summary>Gives all ranks a text of rank 0.</summary>
    private static string Share(Communicator communicator, string text)
    {
        int[] length = [Encoding.UTF8.GetByteCount(text)];
        communicator.Broadcast<int>(length);
        var bytes = communicator.Rank == 0 ? Encoding.UTF8.GetBytes(text) : new byte[length[0]];
        communicator.Broadcast<byte>(bytes);
        return Encoding.UTF8.GetString(bytes);
    }
}
