namespace Descent.Tests.Data;

/// <summary>What happens to files: readers must refuse them as <see cref="InvalidDataException"/> that names the file, or read them rightly.</summary>
internal static class Damage
{
    /// <summary>Reads the file cut at each byte, or at some: every reading must be refused.</summary>
    public static void AssertTruncationsAreRefused(byte[] bytes, Action<string> read)
    {
        using var folder = new TemporaryFolder();
        for (var length = 0; length < bytes.Length; length += Step(bytes))
        {
            var path = folder.Write("cut", bytes[..length]);
            var exception = Assert.Throws<InvalidDataException>(() => read(path));
            Assert.Contains(path, exception.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Reads the file with each byte, or some of them, changed in several ways: every reading must be refused or pass the check.</summary>
    public static void AssertFlipsAreRefusedOrHarmless(byte[] bytes, Action<string> readAndCheck)
    {
        using var folder = new TemporaryFolder();
        var random = new Random(5);
        for (var place = 0; place < bytes.Length; place += random.Next(1, 2 * Step(bytes)))
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

    // Every byte of a small file; some 400 places of a larger one.
    private static int Step(byte[] bytes) => bytes.Length <= 1000 ? 1 : 1 + bytes.Length / 400;
}
