using System.Text;
using Descent.Data;

namespace Descent.Tests.Data;

public class TextFileTests
{
    [Fact]
    public void Read_Utf8_GivesTheTextWithoutByteOrderMark()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal("Größe\r\n∑ 😀\n", TextFile.Read(folder.Write("a.txt", Encoding.UTF8.GetBytes("Größe\r\n∑ 😀\n"))));
        Assert.Equal("a", TextFile.Read(folder.Write("b.txt", [0xEF, 0xBB, 0xBF, (byte)'a'])));
        Assert.Equal("", TextFile.Read(folder.Write("c.txt", [])));
    }

    [Theory]
    [InlineData(new byte[] { 97, 98, 0xFF, 99 }, 2)]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, 97, 0xC3, 97 }, 4)]
    [InlineData(new byte[] { 97, 0xE2, 0x82 }, 1)]
    public void Read_OtherBytes_SaysWhere(byte[] bytes, int place)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.txt", bytes);
        var message = Assert.Throws<InvalidDataException>(() => TextFile.Read(path)).Message;
        Assert.StartsWith("A text must be UTF-8. Received: the bytes ", message, StringComparison.Ordinal);
        Assert.EndsWith($" at position {place} in '{path}'.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadFolder_FoldersByClass_GivesTextsInOrder()
    {
        using var folder = new TemporaryFolder();
        folder.Write("pos/2.txt", [.. "good"u8]);
        folder.Write("pos/deep/1.txt", [.. "great"u8]);
        folder.Write("neg/1.txt", [.. "bad"u8]);
        folder.Write("neg/notes.md", [.. "?"u8]);
        folder.Write("top.txt", [.. "?"u8]);
        var (texts, labels, names) = TextFile.ReadFolder(folder.Root);
        Assert.Equal(["bad", "good", "great"], texts);
        Assert.Equal([0, 1, 1], labels);
        Assert.Equal(["neg", "pos"], names);
        Assert.Throws<InvalidDataException>(() => TextFile.ReadFolder(folder["pos/deep"]));
        Assert.Throws<DirectoryNotFoundException>(() => TextFile.ReadFolder(folder["none"]));
    }

    [Fact]
    public void Vocabulary_OfText_EncodesAndDecodes()
    {
        var vocabulary = CharacterVocabulary.Of("hello, 😀 world");
        Assert.Equal(" ,dehlorw😀", vocabulary.Characters);
        Assert.Equal(10, vocabulary.Size);
        Assert.Equal([4, 3, 5, 5, 6, 9], vocabulary.Encode("hello😀"));
        Assert.Equal("hello😀", vocabulary.Decode(4, 3, 5, 5, 6, 9));
        Assert.Equal(vocabulary.Characters, CharacterVocabulary.Of(vocabulary.Characters).Characters);
        Assert.Contains("'x' (U+0078) as character 1", Assert.Throws<ArgumentException>(() => vocabulary.Encode("hx")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => vocabulary.Decode(10));
    }
}
