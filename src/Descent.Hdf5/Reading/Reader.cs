using System.Text;

namespace Descent.Hdf5.Reading;

/// <summary>Reads structures of one object: checks that they lie in the file before anything is allocated, and names file and object when it refuses.</summary>
/// <param name="file">The file.</param>
/// <param name="path">The object that is read.</param>
/// <param name="budget">What may be read for it.</param>
internal sealed class Reader(FileBytes file, string path, Budget budget)
{
    /// <summary>The address that stands for "nowhere".</summary>
    public const long Nowhere = -1;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public FileBytes File => file;

    public string Path => path;

    /// <summary>A reader of the file's structures, which are read once and kept.</summary>
    public static Reader OfStructures(FileBytes file, string path) => new(file, path, file.Structures);

    /// <summary>A reader for what is read anew each time it is asked for.</summary>
    public static Reader OfValues(FileBytes file, string path) => new(file, path, new Budget(file.Length));

    /// <summary>A structure.</summary>
    public Block Block(long address, long size, string what) => new(this, Bytes(address, size, what), what);

    /// <summary>The bytes of a structure.</summary>
    public byte[] Bytes(long address, long size, string what)
    {
        RequireInFile(address, size, what);
        Take(size, what);
        return Fetch(address, size, what);
    }

    /// <summary>The first bytes of a structure, up to as many as given; they do not count, as the whole structure will.</summary>
    public Block Peek(long address, long most, string what)
    {
        RequireInFile(address, 0, what);
        return new Block(this, Fetch(address, Math.Min(most, file.Length - address), what), what);
    }

    /// <summary>Throws unless a range lies in the file.</summary>
    public void RequireInFile(long address, long size, string what)
    {
        if (address < 0 || size < 0 || address > file.Length || size > file.Length - address)
            throw Refuse($"{what} must lie within the file's {file.Length} bytes", $"{size} bytes at {AddressText(address)}");
    }

    /// <summary>Counts bytes that are about to be read.</summary>
    public void Take(long bytes, string what)
    {
        if (!budget.TryTake(bytes)) throw Refuse($"{what} must share no bytes with other structures", "structures that overlap or go in a circle");
    }

    /// <summary>Text as the file holds it.</summary>
    public string Text(ReadOnlySpan<byte> utf8, string what)
    {
        try
        {
            return StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException e)
        {
            throw Refuse($"{what} must be text in UTF-8", "bytes that are not", e);
        }
    }

    /// <summary>An exception that says what must hold, what came, and where.</summary>
    public InvalidDataException Refuse(string rule, string received, Exception? cause = null) =>
        new($"{rule}. Received: {received} in '{file.Name}', object '{path}'.", cause);

    private byte[] Fetch(long address, long size, string what)
    {
        if (size > Array.MaxLength) throw Refuse($"{what} must have at most {Array.MaxLength} bytes", $"{size} bytes");
        var bytes = new byte[size];
        file.Read(address, bytes);
        return bytes;
    }

    private static string AddressText(long address) => address == Nowhere ? "an undefined address" : $"address {address}";
}
