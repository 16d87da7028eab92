using System.Diagnostics;

namespace Descent.Hdf5.Tests;

/// <summary>Damaged files: whatever is read of them, it comes back or is refused, within bounds.</summary>
public class FuzzTests
{
    private const int Flips = 12_000;
    private const string MoreFlips = "DESCENT_HDF5_FUZZ"; // how many instead, for a longer run

    private const int MostAllocated = 200 << 20; // a file of some ten KB that inflates as far as deflate can, and its values
    private static readonly string[] Files = ["chunked_latest", "chunked_earliest", "kinds_latest", "kinds_earliest", "compact_latest", "superblock1", "sizes4", "links_latest", "links_earliest", "refused_latest", "groups_latest", "long_arrays_latest"];

    [Fact]
    public void File_CutOffAnywhere_IsRefused()
    {
        foreach (var bytes in new[] { Example.Saved(Small()), TestFiles.Bytes(TestFiles.Made, "compact_latest"), TestFiles.Bytes(TestFiles.Made, "user_block") })
        {
            for (var length = 0; length < bytes.Length; length++)
            {
                var cut = bytes[..length];
                var e = Assert.Throws<InvalidDataException>(() => ReadAll(cut));
                Assert.Contains("'test.h5'", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void File_CutOffAnywhere_WithAnEndThatFits_IsReadOrRefused()
    {
        const int EndAt = 40;
        var bytes = Example.Saved(Small());
        for (var length = EndAt + sizeof(long); length < bytes.Length; length++)
        {
            var cut = bytes[..length];
            BitConverter.TryWriteBytes(cut.AsSpan(EndAt), (long)length);
            Assert.Throws<InvalidDataException>(() => ReadAll(cut));
        }
    }

    [Fact]
    public void Files_WithDamagedBytes_AreReadOrRefusedWithinBounds()
    {
        var flips = int.TryParse(Environment.GetEnvironmentVariable(MoreFlips), out var more) ? more : Flips;
        var random = new Random(20261121);
        byte[][] files = [.. Files.Select(name => TestFiles.Bytes(TestFiles.Made, name)), Example.Saved(Example.Everything()), Example.Saved(Small()), TestFiles.Bytes("saved/variants", "mlp_adam.latest")];
        int refused = 0, read = 0;
        for (var i = 0; i < flips; i++)
        {
            var bytes = (byte[])files[i % files.Length].Clone();
            Damage(bytes, random, i % 3 == 0);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                ReadAll(bytes, checksChecksums: i % 2 == 0);
                read++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"input {i} of seed 20261121: {e}");
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < MostAllocated, $"input {i}: {allocated} bytes for a file of {bytes.Length}");
        }

        Assert.True(refused > flips / 20 && read > flips / 20, $"{refused} refused, {read} read: the damage does not reach what is checked");
    }

    // One to four bytes: anywhere, or, as most of a file is data and names, in one of its structures' fields.
    private static void Damage(byte[] bytes, Random random, bool isField)
    {
        ReadOnlySpan<byte> telling = [0, 1, 2, 3, 4, 5, 8, 16, 0x20, 0x7F, 0x80, 0xFE, 0xFF];
        for (var n = random.Next(1, 5); n > 0; n--)
        {
            var at = random.Next(bytes.Length);
            if (isField)
            {
                while (at > 0 && bytes[at] == 0) at--;
            }

            bytes[at] = random.Next(2) == 0 ? (byte)(bytes[at] ^ (1 << random.Next(8))) : telling[random.Next(telling.Length)];
        }
    }

    private static Hdf5Writer Small()
    {
        var writer = new Hdf5Writer();
        writer.Root.CreateDataset("a/b", [2, 2], new float[] { 1, 2, 3, 4 }).SetAttribute("name", "text");
        return writer;
    }

    /// <summary>Reads everything; what one object refuses does not keep the others from being read.</summary>
    private static void ReadAll(byte[] bytes, bool checksChecksums = true)
    {
        using var file = Hdf5File.Open(new MemoryStream(bytes), "test.h5", leaveOpen: false, checksChecksums);
        InvalidDataException? refused = null;
        var started = Stopwatch.GetTimestamp();
        var waiting = new Stack<Hdf5Group>([file.Root]);
        Try(() => ReadAttributes(file.Root.Attributes));
        while (waiting.TryPop(out var group))
        {
            foreach (var name in group.Names)
            {
                Try(() =>
                {
                    var item = group[name];
                    if (item is Hdf5Group inner) waiting.Push(inner);
                    Try(() => ReadAttributes(item.Attributes));
                    if (item is Hdf5Dataset dataset) ReadData(dataset);
                });
            }
        }

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(1)); // no measurement: it ends
        if (refused is not null) throw refused;

        void Try(Action action)
        {
            try
            {
                action();
            }
            catch (InvalidDataException e)
            {
                refused = e;
            }
        }
    }

    private static void ReadAttributes(Hdf5Attributes attributes)
    {
        foreach (var name in attributes)
        {
            if (attributes.Kind(name) == Hdf5Kind.String) attributes.GetStrings(name);
            else if (attributes.Kind(name) != Hdf5Kind.Other) attributes.GetNumbers(name);
        }
    }

    private static void ReadData(Hdf5Dataset dataset)
    {
        if (dataset.Kind == Hdf5Kind.String) dataset.ReadStrings();
        else if (dataset.Kind == Hdf5Kind.Other) dataset.ReadBytes();
        else dataset.Read(new double[dataset.Length]);
    }
}
