using Descent.Data;

namespace Descent.Tests.Data;

public class Crc32Tests
{
    [Fact]
    public void Of_KnownText_IsTheKnownSum() => Assert.Equal(0xCBF43926u, Crc32.Of("123456789"u8));

    [Fact]
    public void Add_OfAnyLength_IsTheSumBitByBit()
    {
        var bytes = new byte[700];
        new Random(7).NextBytes(bytes);
        for (var length = 0; length <= 600; length++)
        {
            var offset = length % 7;
            var part = bytes.AsSpan(offset, length);
            Assert.Equal(BitByBit(part), Crc32.Of(part));
            Assert.Equal(BitByBit(part), Crc32.End(Crc32.Add(Crc32.Add(Crc32.Start, part[..(length / 3)]), part[(length / 3)..])));
        }
    }

    private static uint BitByBit(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        foreach (var b in bytes)
        {
            sum ^= b;
            for (var bit = 0; bit < 8; bit++) sum = (sum & 1) == 0 ? sum >> 1 : (sum >> 1) ^ 0xEDB88320;
        }

        return ~sum;
    }
}
