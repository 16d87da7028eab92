namespace Descent.Tests.Data;

/// <summary>What happens to files: readers must refuse them as <see cref="InvalidDataException"/> that names the file, or read them rightly.</summary>
internal static class Damage
{
    /// <summary>Reads the file cut at each byte: every reading must be refused.</summary>
    public static void AssertTruncationsAreRefused(byte[] bytes, Action<string> read)
    {
        using var folder = new TemporaryFolder();
        for (var length = 0; length < bytes.Length; length += bytes.Length > 2000 ? 1 + bytes.Length / 2000 : 1)
        {
            var path = folder.Write("cut", bytes[..length]);
            var exception = Assert.Throws<InvalidDataException>(() => read(path));
            Assert.Contains(path, exception.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Reads the file with each byte changed, in several ways: every reading must be refused or pass the check.</summary>
    public static void AssertFlipsAreRefusedOrHarmless(byte[] bytes, Action<string> readAndCheck)
    {
        using var folder = new TemporaryFolder();
        var random = new Random(5);
        foreach (var place in Enumerable.Range(0, bytes.Length).Where(_ => bytes.Length < 1000 || random.Next(bytes.Length) < 1000))
        {
            foreach (var change in (byte[])[0x01, 0x80, (byte)random.Next(1, 256)])
            {
                var damaged = (byte[])bytes.Clone();
                damaged[place] ^= change;
                var path = folder.Write("flipped", damaged);
                try
                {
                    readAndCheck(path);
                }
                catch (InvalidDataException e)
                {
                    Assert.Contains(path, e.Message, StringComparison.Ordinal);
                }
                catch (Exception e)
                {
                    Assert.Fail($"Byte {place} changed by 0x{change:x2}: {e}");
                }
            }
        }
    }
}
