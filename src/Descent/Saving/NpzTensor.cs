using System.Runtime.InteropServices;
using Descent.Data;

namespace Descent.Saving;

/// <summary>An array of an NPZ file, whose checksum the archive has.</summary>
internal sealed class NpzTensor : StoredTensor
{
    private readonly ZipDirectory _archive;
    private readonly string _file;
    private readonly NpyHeader _header;

    private NpzTensor(ZipDirectory archive, string name, string file) : base(name, name)
    {
        (_archive, _file) = (archive, file);
        using var source = Open();
        _header = NpyHeader.Read(source);
    }

    public override IReadOnlyList<long> Dimensions => [.. _header.Shape.Select(d => (long)d)];

    public override string Type => _header.IsPickled ? "object" : _header.Code;

    public override bool IsChecked => true;

    // The elements stand there as a variable has them.
    private bool IsPlain => _header is { Code: "f4" or "i4", FortranOrder: false } && _header.BigEndian != BitConverter.IsLittleEndian;

    /// <summary>The arrays of a file, of which only the headers are read.</summary>
    /// <exception cref="InvalidDataException">A header is damaged.</exception>
    public static List<StoredTensor> List(ZipDirectory archive, string file) => [.. Npz.Names(archive).Select(name => new NpzTensor(archive, name, file))];

    public override bool Fits(DType type) => _header.Type?.Natural == type;

    public override void Verify(Variable target)
    {
        if (!IsPlain) base.Verify(target);
        else using (var source = Begin(target)) source.SkipToEnd();
    }

    public override void Read(Variable target)
    {
        using var source = IsPlain ? Begin(target) : Open();
        if (!IsPlain)
        {
            target.Assign(Npy.Read(source, target.DType));
            return;
        }

        source.Read(MemoryMarshal.AsBytes(target.Write()), $"The array '{Name}'");
        source.RequireEnd();
    }

    private ByteSource Open() => Npz.Open(_archive, Name, _file);

    // Behind the header, with as many bytes to come as the variable has.
    private ByteSource Begin(Variable target)
    {
        var source = Open();
        _ = NpyHeader.Read(source);
        source.RequireLeft((long)target.Shape.Size * sizeof(float), $"The array '{Name}'");
        return source;
    }
}
