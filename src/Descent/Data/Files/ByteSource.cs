using System.Buffers.Binary;
using System.IO.Compression;

namespace Descent.Data;

/// <summary>
/// The bytes of a file, in order, for readers that trust nothing: it knows how many can be left, so that a size is checked before
/// anything is allocated for it, and each refusal names the file.
/// </summary>
internal sealed class ByteSource : IDisposable
{
    /// <summary>Deflate stores at most this many bytes in one.</summary>
    private const int MaxDeflateRatio = 1032;

    private const int MaxRank = 16; // what tensors are rearranged up to

    private const int Piece = 1 << 18; // stays in the cache between the disk and the checksum

    private readonly Stream _stream;
    private readonly byte[] _buffer = new byte[1 << 16];
    private readonly uint? _checksum;
    private int _next;
    private int _end;
    private uint _sum = Crc32.Start;
    private long _left;

    private static ReadOnlySpan<byte> GZipMagic => [0x1F, 0x8B];

    /// <param name="stream">Where the bytes come from; disposed with this.</param>
    /// <param name="place">What a message calls the file: its path in quotes, and the member where it is an archive.</param>
    /// <param name="bound">The most bytes that can come.</param>
    /// <param name="checksum">The CRC-32 of all bytes, if it is known.</param>
    public ByteSource(Stream stream, string place, long bound, uint? checksum = null) =>
        (_stream, Place, _left, _checksum) = (stream, place, bound, checksum);

    /// <summary>The file, as messages name it.</summary>
    public string Place { get; }

    /// <summary>Whether the file is compressed, so that no byte can be found by its place.</summary>
    public bool IsCompressed => _stream is GZipStream;

    /// <summary>Opens a file; one that is compressed by gzip is decompressed on the way.</summary>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    public static ByteSource Open(string path)
    {
        var file = OpenFile(path);
        Span<byte> start = stackalloc byte[2];
        var zipped = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual(GZipMagic);
        var checksum = zipped ? GZipChecksum(file) : (uint?)null;
        file.Position = 0;
        return zipped
            ? new ByteSource(new GZipStream(file, CompressionMode.Decompress), $"'{path}'", MaxInflated(file.Length), checksum)
            : new ByteSource(file, $"'{path}'", file.Length);
    }

    /// <summary>Opens a file as it is.</summary>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    public static FileStream OpenFile(string path)
    {
        RequireFile(path);
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
    }

    /// <summary>Throws if a file does not exist.</summary>
    public static void RequireFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path)) throw new FileNotFoundException($"The path must be that of a file. Received: '{path}', which does not exist.", path);
    }

    /// <summary>The most bytes that a compressed length can stand for.</summary>
    public static long MaxInflated(long compressed) => compressed * MaxDeflateRatio;

    /// <summary>Throws unless as many bytes can still come.</summary>
    public void Require(long bytes, string what)
    {
        if (bytes > _left)
            throw Refuse($"{what} must have {bytes} bytes", $"at most {_left} bytes, before the end of the file,");
    }

    /// <summary>Throws unless exactly as many bytes are to come, if the file is whole.</summary>
    public void RequireLeft(long bytes, string what)
    {
        if (bytes != _left) throw Refuse($"{what} must have {bytes} bytes", $"{_left}");
    }

    /// <summary>Reads exactly the bytes that fill the target.</summary>
    public void Read(Span<byte> target, string what)
    {
        Require(target.Length, what);
        for (var rest = target; rest.Length > 0;)
        {
            var isLarge = _next == _end && rest.Length >= _buffer.Length;
            var count = isLarge ? Receive(rest) : FromBuffer(rest);
            if (count == 0)
                throw Refuse($"{what} must have {target.Length} bytes", $"{target.Length - rest.Length} bytes, before the end of the file,");
            rest = rest[count..];
        }

        _left -= target.Length;
    }

    /// <summary>Reads one byte.</summary>
    public byte ReadByte(string what)
    {
        if (_next == _end || _left == 0)
        {
            Span<byte> one = stackalloc byte[1];
            Read(one, what);
            return one[0];
        }

        _left--;
        return _buffer[_next++];
    }

    /// <summary>Reads bytes whose number was read from the file itself.</summary>
    public byte[] ReadBytes(long count, string what)
    {
        Require(count, what);
        if (count > Array.MaxLength) throw Refuse($"{what} must have at most {Array.MaxLength} bytes", $"{count} bytes");
        var bytes = new byte[count];
        Read(bytes, what);
        return bytes;
    }

    /// <summary>The shape of dimensions that the file states.</summary>
    public Shape ShapeOf(ReadOnlySpan<long> dimensions)
    {
        Span<int> known = stackalloc int[Math.Min(dimensions.Length, MaxRank)];
        long size = 1;
        var fits = dimensions.Length <= MaxRank;
        for (var i = 0; i < dimensions.Length && fits; i++)
        {
            fits = dimensions[i] is >= 0 and <= int.MaxValue && (size *= dimensions[i]) <= Array.MaxLength;
            if (fits) known[i] = (int)dimensions[i];
        }

        return fits ? Shape.Create(known) : throw Refuse(
            $"An array must have at most {MaxRank} dimensions and {Array.MaxLength} elements", $"dimensions ({string.Join(", ", dimensions.ToArray())})");
    }

    /// <summary>Passes over all bytes that are left, of which there must be as many as can come; throws if they do not have the checksum that the file states.</summary>
    public void SkipToEnd()
    {
        while (_left > 0)
        {
            if (_next == _end) (_next, _end) = (0, Receive(_buffer));
            if (_next == _end) throw Refuse($"The data must have {_left} more bytes", "the end of the file");
            _left -= _end - _next;
            _next = _end;
        }

        if (_left < 0) throw Refuse("The data must end where it states", $"{-_left} more bytes");
        RequireEnd();
    }

    /// <summary>Throws if more bytes follow, or if those that came do not have the checksum that the file states.</summary>
    public void RequireEnd()
    {
        if (FromBuffer(stackalloc byte[1]) > 0)
            throw Refuse("The file must end with its data", "more bytes than it states");
        if (_checksum is { } expected && Crc32.End(_sum) != expected)
            throw Refuse($"The data must have the checksum {expected:x8}, which the file states", $"{Crc32.End(_sum):x8}");
    }

    /// <summary>An exception that says what must hold, what came, and in which file.</summary>
    public InvalidDataException Refuse(string rule, string received, Exception? cause = null) =>
        new($"{rule}. Received: {received} in {Place}.", cause);

    public void Dispose() => _stream.Dispose();

    // The stream checks it too, but takes a file that ends before it for whole.
    private static uint GZipChecksum(FileStream file)
    {
        const int Tail = 8;
        Span<byte> checksum = stackalloc byte[sizeof(uint)];
        file.Position = Math.Max(0, file.Length - Tail);
        file.ReadAtLeast(checksum, checksum.Length, throwOnEndOfStream: false);
        return BinaryPrimitives.ReadUInt32LittleEndian(checksum);
    }

    private int FromBuffer(Span<byte> target)
    {
        if (_next == _end) (_next, _end) = (0, Receive(_buffer));
        var count = Math.Min(target.Length, _end - _next);
        _buffer.AsSpan(_next, count).CopyTo(target);
        _next += count;
        return count;
    }

    private int Receive(Span<byte> target)
    {
        try
        {
            var count = _stream.Read(target[..Math.Min(Piece, target.Length)]);
            if (_checksum is not null) _sum = Crc32.Add(_sum, target[..count]);
            return count;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw Refuse("Compressed data must be whole", $"what cannot be decompressed ({e.Message.TrimEnd('.')})", e);
        }
    }
}
