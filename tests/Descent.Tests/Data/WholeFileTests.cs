using Descent.Data;

namespace Descent.Tests.Data;

public class WholeFileTests
{
    [Fact]
    public void Write_NewAndExistingFile_LeavesTheFileAlone()
    {
        using var folder = new TemporaryFolder();
        foreach (byte value in (byte[])[1, 2])
        {
            WholeFile.Write(folder["a.bin"], file => file.WriteByte(value));
            Assert.Equal([value], File.ReadAllBytes(folder["a.bin"]));
        }

        Assert.Throws<InvalidOperationException>(() => WholeFile.Write(folder["a.bin"], _ => throw new InvalidOperationException()));
        Assert.Equal([2], File.ReadAllBytes(folder["a.bin"]));
        Assert.Single(Directory.GetFiles(folder.Root));
    }

    [Fact]
    public void Write_WhereAKilledOneLeftAFile_DeletesThatOneAlone()
    {
        using var folder = new TemporaryFolder();
        var killed = folder.Write($"a.bin.{Guid.NewGuid():N}.tmp", [1]);
        string[] others = [folder.Write($"b.bin.{Guid.NewGuid():N}.tmp", [1]), folder.Write("a.bin.tmp", [1]), folder.Write("a.bin.old.tmp", [1])];
        WholeFile.Write(folder["a.bin"], file =>
        {
            // Another one, as of another process: that of the first, which is at work, stays.
            WholeFile.Write(folder["a.bin"], inner => inner.WriteByte(2));
            file.WriteByte(3);
        });
        Assert.False(File.Exists(killed));
        Assert.All(others, other => Assert.True(File.Exists(other)));
        Assert.Equal([3], File.ReadAllBytes(folder["a.bin"]));
    }

    [Fact]
    public void Write_ToALink_ReplacesItsTargetAndKeepsThePermissions()
    {
        if (OperatingSystem.IsWindows()) return; // links need a privilege there, and permissions are others
        using var folder = new TemporaryFolder();
        var target = folder.Write("real.bin", [1]);
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.SetUnixFileMode(target, Mode);
        File.CreateSymbolicLink(folder["link.bin"], target);
        WholeFile.Write(folder["link.bin"], file => file.WriteByte(2));
        Assert.Equal(target, new FileInfo(folder["link.bin"]).LinkTarget);
        Assert.Equal([2], File.ReadAllBytes(target));
        Assert.Equal(Mode, File.GetUnixFileMode(target));
    }

    [Theory]
    [InlineData('n', 1, 250)]
    [InlineData('n', 1, 255)]
    [InlineData('\u00fc', 2, 127)] // two bytes each
    public void Write_ToANameAsLongAsThereAre_WritesItAndDeletesWhatAKilledOneLeft(char letter, int bytes, int length)
    {
        using var folder = new TemporaryFolder();
        var name = new string(letter, length);
        var killed = folder.Write($"{name[..(218 / bytes)]}.{Guid.NewGuid():N}.tmp", [1]);
        WholeFile.Write(folder[name], file => file.WriteByte(2));
        Assert.False(File.Exists(killed));
        Assert.Equal([2], File.ReadAllBytes(folder[name]));
        Assert.Single(Directory.GetFiles(folder.Root));
    }

    [Fact]
    public void Write_ThatTheDiskRefuses_NamesTheFileAndLeavesTheOldOne()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.bin", [1]);
        var full = Assert.Throws<IOException>(() => WholeFile.Write(path, file => throw new IOException($"No space left on device : '{file.Name}'")));
        Assert.Equal($"No space left on device : '{path}'", full.Message);
        var nowhere = Assert.Throws<DirectoryNotFoundException>(() => WholeFile.Write(folder["missing/a.bin"], _ => { }));
        Assert.Contains($"'{folder["missing/a.bin"]}'", nowhere.Message, StringComparison.Ordinal);
        Assert.Equal([1], File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(folder.Root));
    }

    [Fact]
    public void Write_ToAFolder_SaysSo()
    {
        using var folder = new TemporaryFolder();
        Assert.EndsWith("which is a folder.", Assert.Throws<IOException>(() => WholeFile.Write(folder.Root, _ => { })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FlushFolder_WhereTheSystemCan_Does()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(!OperatingSystem.IsWindows(), WholeFile.FlushFolder(folder.Root));
        Assert.False(WholeFile.FlushFolder(folder["missing"])); // what cannot be opened is passed over
    }
}
