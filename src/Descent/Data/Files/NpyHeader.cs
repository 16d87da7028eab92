using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Descent.Data;

/// <summary>What stands before the elements of an NPY file.</summary>
/// <param name="Descr">The type of the elements as NumPy writes it, the order of bytes in front: <c>"&lt;f4"</c>, <c>"|S5"</c>.</param>
/// <param name="FortranOrder">Whether the first index runs fastest.</param>
/// <param name="Shape">The dimensions.</param>
internal sealed record NpyHeader(string Descr, bool FortranOrder, Shape Shape)
{
    private const int Alignment = 64;
    private const int MaxTextLength = 1 << 16;

    /// <summary>The type of the elements; null: text, pickled Python objects and whatever else no tensor holds.</summary>
    public ElementType? Type { get; } = ElementType.Find(Descr[1..]);

    /// <summary>The type without the order of bytes.</summary>
    public string Code => Descr[1..];

    /// <summary>Whether the first byte of a number counts most.</summary>
    public bool BigEndian => Descr[0] == '>' || (Descr[0] == '=' && !BitConverter.IsLittleEndian);

    /// <summary>Whether the elements are pickled Python objects.</summary>
    public bool IsPickled => Code[0] == 'O';

    /// <summary>Bytes of an element; 0 where the type does not tell, as that of objects.</summary>
    public int ElementSize => Code[0] switch
    {
        'O' => 0,
        'M' or 'm' => sizeof(long), // dates and times, with their unit behind
        var kind => ushort.TryParse(Code.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size * (kind == 'U' ? sizeof(int) : 1) : 0,
    };

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads the header of version 1, 2 or 3.</summary>
    public static NpyHeader Read(ByteSource source)
    {
        Span<byte> start = stackalloc byte[8];
        source.Read(start, "The magic number and version");
        if (!start[..6].SequenceEqual(Magic))
            throw source.Refuse("An NPY file must begin with the bytes 934e554d5059", Convert.ToHexStringLower(start[..6]));
        if (start[6] is < 1 or > 3 || start[7] != 0)
            throw source.Refuse("The version of an NPY file must be 1.0, 2.0 or 3.0", $"{start[6]}.{start[7]}");

        var number = start[..(start[6] == 1 ? 2 : 4)];
        source.Read(number, "The length of the header");
        var length = number.Length == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(number) : BinaryPrimitives.ReadUInt32LittleEndian(number);
        if (length > MaxTextLength) throw source.Refuse($"The header must have at most {MaxTextLength} bytes", $"{length}");
        return new Parser(Encoding.UTF8.GetString(source.ReadBytes(length, "The header")), source).Parse();
    }

    /// <summary>Writes a header of version 1 for the elements of a tensor as they lie in memory; they begin at a multiple of 64, as NumPy has it.</summary>
    public static byte[] ForTensor(Tensor tensor)
    {
        var (descr, shape) = (DescrOf(tensor.DType), tensor.Shape);
        var text = new StringBuilder($"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
        var prefix = Magic.Length + 4;
        text.Append(' ', (Alignment - (prefix + text.Length + 1) % Alignment) % Alignment).Append('\n');
        var header = new byte[prefix + text.Length];
        Magic.CopyTo(header);
        header[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)text.Length);
        Encoding.ASCII.GetBytes(text.ToString(), header.AsSpan(prefix));
        return header;
    }

    /// <summary>Refuses a type that no tensor holds.</summary>
    public static InvalidDataException Unsupported(ByteSource source, string received) => source.Refuse(
        $"The type of the elements must be one of {string.Join(", ", ElementType.All.Select(type => type.Code))}, each after '<', '>' or '|'", received);

    private static string DescrOf(DType dtype) => dtype switch
    {
        DType.Float32 => BitConverter.IsLittleEndian ? "<f4" : ">f4",
        DType.Int32 => BitConverter.IsLittleEndian ? "<i4" : ">i4",
        _ => "|b1",
    };

    /// <summary>Reads the literal of a Python dictionary with exactly the keys that NumPy writes.</summary>
    private sealed class Parser(string text, ByteSource source)
    {
        private int _position;

        public NpyHeader Parse()
        {
            string? descr = null;
            bool? fortranOrder = null;
            Shape? shape = null;
            Expect('{');
            while (!Accept('}'))
            {
                var key = ReadString();
                Expect(':');
                switch (key)
                {
                    case "descr" when descr is null:
                        descr = ReadDescr();
                        break;
                    case "fortran_order" when fortranOrder is null:
                        fortranOrder = ReadBool();
                        break;
                    case "shape" when shape is null:
                        shape = source.ShapeOf([.. ReadTuple()]);
                        break;
                    default:
                        throw Wrong();
                }

                if (Accept(',')) continue;
                Expect('}');
                break;
            }

            if (descr is null || fortranOrder is null || shape is null || text[_position..].Trim().Length > 0) throw Wrong();
            if (descr.Length < 2 || descr[0] is not ('<' or '>' or '|' or '=')) throw Unsupported(source, $"'{descr}'");
            return new NpyHeader(descr, fortranOrder.Value, shape);
        }

        // A list describes the fields of a structure.
        private string ReadDescr() => Accept('[') ? throw Unsupported(source, "a structure") : ReadString();

        private string ReadString()
        {
            SkipSpace();
            var quote = _position < text.Length ? text[_position] : '\0';
            var end = quote is '\'' or '"' ? text.IndexOf(quote, _position + 1) : -1;
            if (end < 0) throw Wrong();
            var value = text[(_position + 1)..end];
            _position = end + 1;
            return value;
        }

        private bool ReadBool()
        {
            SkipSpace();
            foreach (var (word, value) in new[] { ("True", true), ("False", false) })
            {
                if (!text.AsSpan(_position).StartsWith(word)) continue;
                _position += word.Length;
                return value;
            }

            throw Wrong();
        }

        private List<long> ReadTuple()
        {
            List<long> numbers = [];
            Expect('(');
            while (!Accept(')'))
            {
                numbers.Add(ReadNumber());
                if (Accept(',')) continue;
                Expect(')');
                break;
            }

            return numbers;
        }

        private long ReadNumber()
        {
            SkipSpace();
            var start = _position;
            while (_position < text.Length && char.IsAsciiDigit(text[_position])) _position++;
            if (!long.TryParse(text.AsSpan(start, _position - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) throw Wrong();

            // Python 2 marked its long integers.
            if (_position < text.Length && text[_position] == 'L') _position++;
            return number;
        }

        private void Expect(char sign)
        {
            if (!Accept(sign)) throw Wrong();
        }

        private bool Accept(char sign)
        {
            SkipSpace();
            if (_position == text.Length || text[_position] != sign) return false;
            _position++;
            return true;
        }

        private void SkipSpace()
        {
            while (_position < text.Length && char.IsWhiteSpace(text[_position])) _position++;
        }

        private InvalidDataException Wrong()
        {
            const int Shown = 100;
            return source.Refuse(
                "The header must be a Python dictionary with the keys 'descr', 'fortran_order' and 'shape', each once",
                $"\"{(text.Length > Shown ? text[..Shown] + "…" : text.TrimEnd())}\"");
        }
    }
}
