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
    public void FlushFolder_WhereTheSystemCan_Does()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(!OperatingSystem.IsWindows(), WholeFile.FlushFolder(folder.Root));
        Assert.False(WholeFile.FlushFolder(folder["missing"])); // what cannot be opened is passed over
    }
}
