using System.IO.Compression;
using System.Text;

namespace Descent.Data;

/// <summary>Writes a zip archive, one entry after another; the directory follows when it is disposed.</summary>
/// <remarks>.NET's own writer takes longer for the checksum of an entry than for writing it. Dates are left out: the same content gives the same bytes whenever it is written.</remarks>
/// <param name="stream">Where to, beginning at its start; it must seek, and stays open.</param>
internal sealed class ZipWriter(Stream stream) : IDisposable
{
    // Beyond it a size stands in a field of its own; with room for what does not shrink when it is deflated.
    private const long Large = uint.MaxValue - (1L << 26);

    private const ushort Version = 20;
    private const ushort Version64 = 45;
    private const ushort Unix = 3 << 8; // what attributes mean: those below
    private const uint ReadableFile = 0x81A4u << 16; // rw-r--r--
    private const ushort Utf8Names = 1 << 11;
    private const uint FirstDate = 0x21u << 16; // zip knows none before 1980, and NumPy writes this one

    private readonly BinaryWriter _writer = new(stream, Encoding.UTF8, leaveOpen: true);
    private readonly List<Entry> _entries = [];

    /// <summary>Begins an entry, which ends when the stream is disposed.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="length">The bytes that will be written to it.</param>
    /// <param name="isDeflated">Whether it is compressed.</param>
    /// <exception cref="ArgumentException">The name is longer than zip's field for its length can tell.</exception>
    public Stream Add(string name, long length, bool isDeflated = false)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        if (bytes.Length > ushort.MaxValue)
            throw new ArgumentException($"The name of an entry of a zip archive must have at most {ushort.MaxValue} bytes. Received: {bytes.Length}, '{name[..20]}…'. Shorten it, or take a format that is no archive.", nameof(name));
        var entry = new Entry(this, bytes, length > Large, isDeflated);
        _entries.Add(entry);
        return entry;
    }

    /// <summary>Adds an entry that is all there.</summary>
    public void Add(string name, ReadOnlySpan<byte> content)
    {
        using var entry = Add(name, content.Length);
        entry.Write(content);
    }

    public void Dispose()
    {
        var start = stream.Position;
        foreach (var entry in _entries) entry.WriteHeader(isInDirectory: true);
        var length = stream.Position - start;
        if (start > Large || _entries.Count >= ushort.MaxValue) WriteEnd64(start, length);
        _writer.Write(0x06054b50);
        _writer.Write(0); // disks
        _writer.Write((ushort)Math.Min(_entries.Count, ushort.MaxValue));
        _writer.Write((ushort)Math.Min(_entries.Count, ushort.MaxValue));
        _writer.Write((uint)length);
        _writer.Write(start > Large ? uint.MaxValue : (uint)start);
        _writer.Write((ushort)0); // a comment
        _writer.Dispose();
    }

    private void WriteEnd64(long start, long length)
    {
        var end = stream.Position;
        _writer.Write(0x06064b50);
        _writer.Write(44L); // bytes that follow
        _writer.Write((ushort)(Unix | Version64));
        _writer.Write(Version64);
        _writer.Write(0L); // disks
        _writer.Write((long)_entries.Count);
        _writer.Write((long)_entries.Count);
        _writer.Write(length);
        _writer.Write(start);
        _writer.Write(0x07064b50);
        _writer.Write(0); // a disk
        _writer.Write(end);
        _writer.Write(1); // disks
    }

    private sealed class Entry : Stream
    {
        private const int Piece = 1 << 18; // stays in the cache between the checksum and the disk

        private readonly ZipWriter _archive;
        private readonly byte[] _name;
        private readonly bool _isLarge;
        private readonly bool _isDeflated;
        private readonly Stream _stream;
        private readonly Stream _target;
        private readonly long _start;
        private readonly long _content;
        private uint _sum = Crc32.Start;
        private long _size;
        private long _stored;
        private bool _isDone;

        public Entry(ZipWriter archive, byte[] name, bool isLarge, bool isDeflated)
        {
            (_archive, _name, _isLarge, _isDeflated) = (archive, name, isLarge, isDeflated);
            _stream = archive._writer.BaseStream;
            _start = _stream.Position;
            WriteHeader(isInDirectory: false);
            _content = _stream.Position;
            _target = isDeflated ? new DeflateStream(_stream, CompressionLevel.Optimal, leaveOpen: true) : _stream;
        }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            for (; buffer.Length > 0; buffer = buffer[Math.Min(Piece, buffer.Length)..])
            {
                var piece = buffer[..Math.Min(Piece, buffer.Length)];
                _sum = Crc32.Add(_sum, piece);
                _target.Write(piece);
                _size += piece.Length;
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        // The same fields stand before an entry, and once more in the directory.
        public void WriteHeader(bool isInDirectory)
        {
            var writer = _archive._writer;
            var isFar = isInDirectory && _start > Large;
            var numbers = (_isLarge ? 2 : 0) + (isFar ? 1 : 0);
            writer.Write(isInDirectory ? 0x02014b50 : 0x04034b50);
            if (isInDirectory) writer.Write((ushort)(Unix | Version64));
            writer.Write(numbers > 0 ? Version64 : Version);
            writer.Write(_name.Any(b => b > 0x7F) ? Utf8Names : (ushort)0);
            writer.Write((ushort)(_isDeflated ? 8 : 0));
            writer.Write(FirstDate);
            writer.Write(Crc32.End(_sum));
            writer.Write(_isLarge ? uint.MaxValue : checked((uint)_stored));
            writer.Write(_isLarge ? uint.MaxValue : checked((uint)_size));
            writer.Write((ushort)_name.Length);
            writer.Write((ushort)(numbers > 0 ? 4 + sizeof(long) * numbers : 0));
            if (isInDirectory)
            {
                writer.Write((ushort)0); // a comment
                writer.Write(0); // a disk, and what the content is
                writer.Write(ReadableFile);
                writer.Write(isFar ? uint.MaxValue : (uint)_start);
            }

            writer.Write(_name);
            if (numbers == 0) return;
            writer.Write((ushort)1); // zip64
            writer.Write((ushort)(sizeof(long) * numbers));
            if (_isLarge) writer.Write(_size);
            if (_isLarge) writer.Write(_stored);
            if (isFar) writer.Write(_start);
        }

        public override void Flush() => _target.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (!_isDone && disposing)
            {
                _isDone = true;
                if (_isDeflated) _target.Dispose();
                var end = _stream.Position;
                _stored = end - _content;
                _stream.Position = _start;
                WriteHeader(isInDirectory: false);
                _stream.Position = end;
            }

            base.Dispose(disposing);
        }
    }
}
