using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace Descent.Distribution;

/// <summary>What ranks tell each other beside numbers: rank 0 all others, or each of them all.</summary>
internal static class SharedData
{
    private const int LongestPiece = 1 << 24;

    /// <summary>Gives all ranks the weights of rank 0.</summary>
    public static void ShareWeights(this Communicator communicator, Model model)
    {
        foreach (var weight in model.Weights)
        {
            if (communicator.Rank > 0) weight.Touch();
            communicator.Broadcast(MemoryMarshal.AsMemory(weight.View.CellMemory));
        }
    }

    /// <summary>Gives all ranks bytes of rank 0, whose number they know.</summary>
    public static byte[] Share(this Communicator communicator, byte[] bytes, int length)
    {
        if (length == 0) return [];
        if (communicator.Rank > 0) bytes = new byte[length];
        communicator.Broadcast<byte>(bytes);
        return bytes;
    }

    /// <summary>Gives all ranks an object of rank 0.</summary>
    public static JsonNode Share(this Communicator communicator, JsonNode json)
    {
        var bytes = BytesOf(json);
        int[] length = [bytes.Length];
        communicator.Broadcast<int>(length);
        return JsonNode.Parse(communicator.Share(bytes, length[0]))!;
    }

    /// <summary>Gives all ranks a value of each.</summary>
    public static T[] GatherOne<T>(this Communicator communicator, T own)
        where T : unmanaged
    {
        var (all, counts) = (new T[communicator.Size], new int[communicator.Size]);
        Array.Fill(counts, 1);
        communicator.AllGather<T>(new[] { own }, all, counts);
        return all;
    }

    /// <summary>Gives all ranks a text of each.</summary>
    public static string[] GatherTexts(this Communicator communicator, string own)
    {
        var bytes = Encoding.UTF8.GetBytes(own);
        var lengths = communicator.GatherOne(bytes.Length);
        var all = new byte[lengths.Sum()];
        communicator.AllGather<byte>(bytes, all, lengths);
        var end = 0;
        return Array.ConvertAll(lengths, length => Encoding.UTF8.GetString(all.AsSpan((end += length) - length, length)));
    }

    /// <summary>Copies what rank 0 reads from a file into those of all others, in pieces: it may be larger than an array.</summary>
    public static void ShareFile(this Communicator communicator, Stream file)
    {
        long[] left = [communicator.Rank == 0 ? file.Length : 0];
        communicator.Broadcast<long>(left);
        var piece = new byte[(int)Math.Min(left[0], LongestPiece)];
        for (; left[0] > 0; left[0] -= piece.Length)
        {
            var part = piece.AsMemory(0, (int)Math.Min(left[0], piece.Length));
            if (communicator.Rank == 0) file.ReadExactly(part.Span);
            communicator.Broadcast(part);
            if (communicator.Rank > 0) file.Write(part.Span);
        }
    }

    public static byte[] BytesOf(JsonNode json) => Encoding.UTF8.GetBytes(json.ToJsonString());

    public static JsonObject Parse(byte[] bytes) => JsonNode.Parse(bytes)!.AsObject();
}
