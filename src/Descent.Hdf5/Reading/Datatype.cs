namespace Descent.Hdf5.Reading;

/// <summary>What the elements of a dataset or an attribute are.</summary>
/// <param name="Kind">Their kind.</param>
/// <param name="Size">Bytes of an element.</param>
/// <param name="IsBigEndian">Whether the bytes of a number come with the highest first.</param>
/// <param name="IsVariable">Whether an element of text refers to the file's global heap.</param>
/// <param name="Padding">What fills the rest of an element of fixed text.</param>
internal sealed record Datatype(Hdf5Kind Kind, int Size, bool IsBigEndian = false, bool IsVariable = false, TextPadding Padding = TextPadding.EndsWithZero)
{
    private enum Class
    {
        Integer = 0,
        Float = 1,
        Text = 3,
        Enumeration = 8,
        Variable = 9,
    }

    public static Datatype Read(Block block)
    {
        var first = block.Byte();
        int version = first >> 4, class_ = first & 0xF;
        if (version is < 1 or > 5) throw block.Refuse("Its version must be in [1, 5]", $"{version}");
        var bits = block.Bytes(3);
        var (low, middle) = (bits[0], bits[1]);
        var size = block.UInt32();
        if (size is 0 or > int.MaxValue) throw block.Refuse($"An element's size must be in [1, {int.MaxValue}]", $"{size}");
        return (Class)class_ switch
        {
            Class.Integer => Integer((int)size, low, block),
            Class.Float => Float((int)size, low, middle, block),
            Class.Text => new Datatype(Hdf5Kind.String, (int)size, Padding: (TextPadding)(low & 0xF)),
            Class.Enumeration => Enumeration((int)size, low | (middle << 8), version, block),
            Class.Variable => Variable((int)size, low, block),
            _ => new Datatype(Hdf5Kind.Other, (int)size),
        };
    }

    private static Datatype Integer(int size, byte bits, Block block)
    {
        var (offset, precision) = (block.UInt16(), block.UInt16());
        if (offset != 0 || precision != 8 * size) return new Datatype(Hdf5Kind.Other, size);
        var isSigned = (bits & 8) != 0;
        var kind = size switch
        {
            1 => isSigned ? Hdf5Kind.Int8 : Hdf5Kind.UInt8,
            2 => isSigned ? Hdf5Kind.Int16 : Hdf5Kind.UInt16,
            4 => isSigned ? Hdf5Kind.Int32 : Hdf5Kind.UInt32,
            8 => isSigned ? Hdf5Kind.Int64 : Hdf5Kind.UInt64,
            _ => Hdf5Kind.Other,
        };
        return new Datatype(kind, size, (bits & 1) != 0);
    }

    private static Datatype Float(int size, byte bits, byte sign, Block block)
    {
        const int VaxOrder = 1 << 6;
        var (offset, precision) = (block.UInt16(), block.UInt16());
        var (exponentAt, exponent, mantissaAt, mantissa) = (block.Byte(), block.Byte(), block.Byte(), block.Byte());
        var bias = block.UInt32();
        var kind = (size, exponent, mantissa, bias) switch
        {
            (2, 5, 10, 15) => Hdf5Kind.Float16,
            (4, 8, 23, 127) => Hdf5Kind.Float32,
            (8, 11, 52, 1023) => Hdf5Kind.Float64,
            _ => Hdf5Kind.Other,
        };
        var isIeee = offset == 0 && precision == 8 * size && mantissaAt == 0 && exponentAt == mantissa && sign == precision - 1 && (bits & VaxOrder) == 0;
        return new Datatype(isIeee ? kind : Hdf5Kind.Other, size, (bits & 1) != 0);
    }

    private static Datatype Variable(int size, byte bits, Block block)
    {
        const int Text = 1;
        if ((bits & 0xF) != Text) return new Datatype(Hdf5Kind.Other, size);
        var expected = sizeof(uint) + block.Reader.File.AddressSize + sizeof(uint);
        return size == expected
            ? new Datatype(Hdf5Kind.String, size, IsVariable: true)
            : throw block.Refuse($"A reference to text of variable length must have {expected} bytes", $"{size}");
    }

    // Of enumerations only that which h5py writes for truth values has a kind of its own.
    private static Datatype Enumeration(int size, int members, int version, Block block)
    {
        var other = new Datatype(Hdf5Kind.Other, size);
        if (size != 1 || members != 2 || Read(block) is not { Kind: Hdf5Kind.Int8 or Hdf5Kind.UInt8 }) return other;
        var isBoolean = Member(block, version) == "FALSE" & Member(block, version) == "TRUE";
        return isBoolean && block.Bytes(2) is [0, 1] ? new Datatype(Hdf5Kind.Boolean, size) : other;
    }

    private static string Member(Block block, int version)
    {
        const int NamesAreNotPadded = 3;
        var before = block.Left;
        var name = block.Text("A name of an enumeration");
        if (version < NamesAreNotPadded) block.Skip((block.Left - before) & 7);
        return name;
    }
}
