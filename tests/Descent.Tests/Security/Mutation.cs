using System.Text.Json.Nodes;

namespace Descent.Tests.Security;

/// <summary>Ways to damage a file, from a random generator that is given.</summary>
internal static class Mutation
{
    private static readonly long[] Extremes = [0, 1, -1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, int.MaxValue, uint.MaxValue, int.MinValue, long.MaxValue, long.MinValue, 1L << 40, 1 << 20];

    private static readonly string[] Values =
    [
        "null", "true", "\"\"", "\"Lambda\"", "\"../../x\"", "\"\\u0000\"", "[]", "{}", "[[]]", "0", "-1", "1", "3", "0.5", "100000", "2147483647", "-2147483648", "4294967296", "9223372036854775807",
        "1e308", "-1e-320", "123456789012345678901234567890", "[null, 65536, 65536]", "[2147483647, 2147483647]", "{\"class_name\": \"Dense\", \"config\": {\"units\": 1000000000}}",
    ];

    /// <summary>Changes bytes: some bits, a field of 1 to 8 bytes to an extreme value, a stretch left out, repeated or taken from another file, or the end cut off.</summary>
    public static byte[] OfBytes(byte[] bytes, byte[] other, Random random)
    {
        if (bytes.Length == 0) return bytes;
        var changed = (byte[])bytes.Clone();
        var (at, length) = (random.Next(bytes.Length), Math.Min(random.Next(1, 65), bytes.Length));
        switch (random.Next(6))
        {
            case 0:
                for (var n = random.Next(1, 5); n > 0; n--) changed[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return changed;
            case 1:
                var field = BitConverter.GetBytes(Extremes[random.Next(Extremes.Length)]).AsSpan(0, 1 << random.Next(4));
                if (random.Next(4) == 0) field.Reverse();
                field[..Math.Min(field.Length, bytes.Length - at)].CopyTo(changed.AsSpan(at));
                return changed;
            case 2:
                return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + length)..]];
            case 3:
                return [.. bytes[..at], .. bytes.AsSpan(Math.Max(0, at - length))];
            case 4:
                return [.. bytes[..at], .. other.AsSpan(Math.Min(other.Length, at))];
            default:
                return bytes[..at];
        }
    }

    /// <summary>Changes one to three values in JSON: to an extreme one, to a copy of another, to itself some levels deeper, or to none.</summary>
    public static string OfJson(string json, Random random)
    {
        var root = JsonNode.Parse(json)!;
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            List<JsonNode> holders = [];
            Collect(root, holders);
            var holder = holders[random.Next(holders.Count)];
            switch (random.Next(8))
            {
                case 0:
                    Set(holder, random, _ => holders[random.Next(holders.Count)].DeepClone());
                    break;
                case 1:
                    var depth = random.Next(1, 30);
                    Set(holder, random, old => Enumerable.Range(0, depth).Aggregate(old?.DeepClone(), (inner, _) => new JsonArray(inner)));
                    break;
                case 2:
                    Remove(holder, random);
                    break;
                default:
                    Set(holder, random, _ => JsonNode.Parse(Values[random.Next(Values.Length)]));
                    break;
            }
        }

        return root.ToJsonString();
    }

    private static void Collect(JsonNode? node, List<JsonNode> holders)
    {
        if (node is JsonObject or JsonArray) holders.Add(node);
        foreach (var child in node switch { JsonObject json => json.Select(p => p.Value), JsonArray array => array, _ => [] }) Collect(child, holders);
    }

    private static void Set(JsonNode holder, Random random, Func<JsonNode?, JsonNode?> change)
    {
        if (holder is JsonArray { Count: > 0 } array)
        {
            var place = random.Next(array.Count);
            array[place] = change(array[place]);
        }
        else if (holder is JsonObject { Count: > 0 } json)
        {
            var key = json.ElementAt(random.Next(json.Count)).Key;
            json[key] = change(json[key]);
        }
    }

    private static void Remove(JsonNode holder, Random random)
    {
        if (holder is JsonArray { Count: > 0 } array) array.RemoveAt(random.Next(array.Count));
        else if (holder is JsonObject { Count: > 0 } json) json.Remove(json.ElementAt(random.Next(json.Count)).Key);
    }
}
