using System.Text;

namespace Descent.Tests.Monitoring;

/// <summary>One value of an event file.</summary>
internal sealed record TaggedValue(string Run, long Step, double WallTime, string Tag, string Plugin, string PluginContent, int DataClass, int Type, int[] Shape, double[] Numbers, string? Text);

/// <summary>Reads event files by the definition of their format, and shares no code with what writes them. Whatever it does not expect is an error.</summary>
internal static class EventReader
{
    public static List<TaggedValue> ReadFolder(string logDir, string run)
    {
        var values = new List<TaggedValue>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(logDir, run)).Order(StringComparer.Ordinal))
        {
            Assert.Matches(@"^events\.out\.tfevents\.\d{10}\..+\.\d+\.\d+\.v2$", Path.GetFileName(file));
            var isFirst = true;
            foreach (var record in Records(ReadShared(file)))
            {
                var fields = Fields(record);
                if (isFirst) Assert.Equal("brain.Event:2", Text(fields.Single(f => f.Number == 3)));
                else values.Add(ReadValue(run, fields));
                isFirst = false;
            }

            Assert.False(isFirst);
        }

        return values;
    }

    /// <summary>The records of a file: length (8 bytes), masked checksum of these, content, masked checksum of that.</summary>
    public static IEnumerable<byte[]> Records(byte[] file)
    {
        for (var at = 0; at < file.Length;)
        {
            var length = checked((int)BitConverter.ToUInt64(file, at));
            if (BitConverter.ToUInt32(file, at + 8) != Mask(Crc32C(file.AsSpan(at, 8)))) throw new InvalidDataException("The checksum of a length is wrong.");
            var content = file[(at + 12)..(at + 12 + length)];
            if (BitConverter.ToUInt32(file, at + 12 + length) != Mask(Crc32C(content))) throw new InvalidDataException("The checksum of a record is wrong.");
            yield return content;
            at += 16 + length;
        }
    }

    // Bit by bit, as the polynomial 0x1EDC6F41 is defined, its bits in reverse.
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var sum = 0xFFFFFFFFu;
        foreach (var b in bytes)
        {
            sum ^= b;
            for (var bit = 0; bit < 8; bit++) sum = (sum & 1) == 1 ? (sum >> 1) ^ 0x82F63B78 : sum >> 1;
        }

        return sum ^ 0xFFFFFFFF;
    }

    private static uint Mask(uint sum) => unchecked(((sum >> 15) | (sum << 17)) + 0xA282EAD8);

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static TaggedValue ReadValue(string run, List<(int Number, object Value)> fields)
    {
        Assert.Equal([1, 2, 5], fields.Select(f => f.Number));
        var value = Fields(Bytes(Fields(Bytes(fields[2])).Single(f => f.Number == 1)));
        Assert.Equal([1, 9, 8], value.Select(f => f.Number));
        var metadata = Fields(Bytes(value[1]));
        var plugin = Fields(Bytes(metadata.Single(f => f.Number == 1)));
        var dataClass = metadata.Where(f => f.Number == 4).Select(f => (int)(ulong)f.Value).SingleOrDefault();
        var tensor = Fields(Bytes(value[2]));
        Assert.Equal([1, 2], tensor.Take(2).Select(f => f.Number));
        var type = (int)(ulong)tensor[0].Value;
        int[] shape = [.. Fields(Bytes(tensor[1])).Select(d => (int)(ulong)Fields(Bytes(d)).Single(f => f.Number == 1).Value)];
        var data = tensor.Skip(2).Single();
        var (numbers, text) = (type, data.Number) switch
        {
            (1, 5) => ((double[])[(float)data.Value], (string?)null),
            (2, 4) => (Doubles(Bytes(data)), null),
            (7, 8) => ([], Text(data)),
            _ => throw new InvalidDataException($"A tensor of type {type} is in field {data.Number}."),
        };
        Assert.Equal(shape.Aggregate(1, (a, b) => a * b), text is null ? numbers.Length : 1);
        return new TaggedValue(run, (long)(ulong)fields[1].Value, (double)fields[0].Value, Text(value[0]), Text(plugin[0]), Text(plugin[1]), dataClass, type, shape, numbers, text);
    }

    // Each field begins with its number and kind: 0 a varint, 1 eight bytes, 2 a length and as many bytes, 5 four bytes.
    private static List<(int Number, object Value)> Fields(byte[] message)
    {
        var fields = new List<(int, object)>();
        for (var at = 0; at < message.Length;)
        {
            var key = (int)Varint();
            object value;
            switch (key & 7)
            {
                case 0:
                    value = Varint();
                    break;
                case 1:
                    value = BitConverter.ToDouble(message, at);
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint();
                    value = message[at..(at + length)];
                    at += length;
                    break;
                case 5:
                    value = BitConverter.ToSingle(message, at);
                    at += 4;
                    break;
                default: throw new InvalidDataException($"There is no kind {key & 7}.");
            }

            fields.Add((key >> 3, value));

            ulong Varint()
            {
                ulong number = 0;
                for (var shift = 0; ; shift += 7)
                {
                    var b = message[at++];
                    number |= (ulong)(b & 127) << shift;
                    if (b < 128) return number;
                }
            }
        }

        return fields;
    }

    private static byte[] Bytes((int Number, object Value) field) => (byte[])field.Value;

    private static string Text((int Number, object Value) field) => new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Bytes(field));

    private static double[] Doubles(byte[] bytes) => [.. Enumerable.Range(0, bytes.Length / 8).Select(i => BitConverter.ToDouble(bytes, 8 * i))];
}
