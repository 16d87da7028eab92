using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Descent.Data;

/// <summary>A file that is read in places, from any thread. The handle closes itself when nobody holds it any more.</summary>
internal sealed class RowFile
{
    private const int HeadBytes = 1 << 16;

    private readonly SafeFileHandle _handle;
    private string? _checksum;

    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    public RowFile(string path)
    {
        ByteSource.RequireFile(path);
        _handle = File.OpenHandle(path);
        (Path, Length) = (path, RandomAccess.GetLength(_handle));
    }

    public string Path { get; }

    /// <summary>How many bytes the file had when it was opened.</summary>
    public long Length { get; }

    /// <summary>Of the length and the beginning: what tells the file from most others without reading it all.</summary>
    public string Checksum => _checksum ??= TakeChecksum();

    /// <summary>Throws if the file has become longer or shorter.</summary>
    public void RequireUnchanged()
    {
        if (RandomAccess.GetLength(_handle) is var length && length != Length)
            throw Refuse($"The file must stay as it was when it was opened, {Length} bytes long", $"{length} bytes");
    }

    /// <summary>Reads exactly the bytes that fill the target.</summary>
    public void Read(Span<byte> target, long offset)
    {
        while (target.Length > 0)
        {
            var count = RandomAccess.Read(_handle, target, offset);
            if (count == 0) throw Refuse($"The file must stay as it was when it was opened, {Length} bytes long", $"an end after {offset} bytes");
            target = target[count..];
            offset += count;
        }
    }

    /// <summary>The bytes from a place on.</summary>
    public Stream From(long offset) => new FilePart(_handle, offset, Length - offset);

    /// <summary>An exception that says what must hold, what came, and in which file.</summary>
    public InvalidDataException Refuse(string rule, string received) => new($"{rule}. Received: {received} in '{Path}'.");

    private string TakeChecksum()
    {
        var head = new byte[Math.Min(HeadBytes, Length)];
        Read(head, 0);
        return string.Create(CultureInfo.InvariantCulture, $"{Length}:{Crc32.Of(head):x8}");
    }
}
