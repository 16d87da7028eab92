using System.IO.Compression;
using Descent.Data;
using Descent.Saving;

namespace Descent.Tests.Data;

public class ZipWriterTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 600_000).Select(i => (byte)(i * i >> 7))]; // more than a piece

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)] // as if it had more than 4 GB
    [InlineData(true, true)]
    public void Archive_Written_IsReadByOthersAndByUs(bool isDeflated, bool isLarge)
    {
        using var folder = new TemporaryFolder();
        using (var file = File.Create(folder["a.zip"]))
        using (var archive = new ZipWriter(file))
        {
            archive.Add("first", [1, 2, 3]);
            using (var entry = archive.Add("größte/b", isLarge ? 5L << 30 : Content.Length, isDeflated)) entry.Write(Content);
            archive.Add("none", []);
        }

        using (var others = ZipFile.OpenRead(folder["a.zip"]))
        {
            Assert.Equal(["first", "größte/b", "none"], others.Entries.Select(e => e.FullName));
            Assert.Equal(new DateTime(1980, 1, 1), others.Entries[0].LastWriteTime.DateTime);
            using var entry = others.Entries[1].Open();
            var read = new MemoryStream();
            entry.CopyTo(read);
            Assert.Equal(Content, read.ToArray());
        }

        using var ours = ByteSource.OpenFile(folder["a.zip"]);
        var directory = new ZipDirectory(ours, "'a.zip'");
        Assert.Equal(Content, directory.ReadAll("größte/b", Content.Length));
        Assert.Equal([1, 2, 3], directory.ReadAll("first", 3));
        Assert.Empty(directory.ReadAll("none", 0));
    }

    [Fact]
    public void Archive_WithMoreEntriesThanTheOldFormHolds_IsReadByOthers()
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipWriter(stream))
            for (var i = 0; i < 66_000; i++) archive.Add($"{i}", []);
        using var others = new ZipArchive(stream);
        Assert.Equal(66_000, others.Entries.Count);
        Assert.Equal("65999", others.Entries[^1].FullName);
    }

    [Fact]
    public void Add_NameLongerThanItsFieldTells_IsRefused()
    {
        using var stream = new MemoryStream();
        using var archive = new ZipWriter(stream);
        archive.Add(new string('n', ushort.MaxValue), []);
        var message = Assert.Throws<ArgumentException>(() => archive.Add(new string('n', ushort.MaxValue + 1), [])).Message;
        Assert.StartsWith("The name of an entry of a zip archive must have at most 65535 bytes. Received: 65536, 'nnnn", message, StringComparison.Ordinal);
    }
}
