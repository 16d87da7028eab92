using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Descent.Data;

namespace Descent.Saving;

/// <summary>Files of tensors by name: the length of a header, the header in JSON, the elements one tensor after another.</summary>
/// <seealso href="https://huggingface.co/docs/safetensors/index"/>
internal static class Safetensors
{
    private const string MetadataKey = "__metadata__";

    /// <summary>What the keys of checksums begin with among the metadata, which are texts by name.</summary>
    private const string ChecksumKey = "crc32:";
    private const int MaxHeader = 100_000_000; // as the original has it
    private const int Alignment = 8;

    /// <summary>Writes tensors.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="variables">The variables by name.</param>
    public static void Write(Stream stream, IReadOnlyList<(string Name, Variable Variable)> variables)
    {
        var (header, metadata, offset) = (new JsonObject(), new JsonObject { ["format"] = "descent" }, 0L);
        header[MetadataKey] = metadata;
        foreach (var (name, variable) in variables)
        {
            var bytes = BytesOf(variable);
            metadata[ChecksumKey + name] = Crc32.Of(bytes).ToString("x8", CultureInfo.InvariantCulture);
            header[name] = new JsonObject
            {
                ["dtype"] = variable.DType == DType.Int32 ? "I32" : "F32",
                ["shape"] = KerasJson.Integers(variable.Shape),
                ["data_offsets"] = new JsonArray(offset, offset += bytes.Length),
            };
        }

        // The elements begin at a multiple of 8.
        var text = header.ToJsonString();
        var length = Encoding.UTF8.GetByteCount(text);
        var padded = (length + Alignment - 1) / Alignment * Alignment;
        Span<byte> prefix = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, padded);
        stream.Write(prefix);
        stream.Write(Encoding.UTF8.GetBytes(text + new string(' ', padded - length)));
        foreach (var (_, variable) in variables) stream.Write(BytesOf(variable));
    }

    /// <summary>Reads the header: what tensors there are. They are read from the file when they are asked for.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static List<StoredTensor> List(FileStream file, string place)
    {
        using var source = new ByteSource(new FilePart(file.SafeFileHandle, 0, file.Length), place, file.Length);
        var length = BinaryPrimitives.ReadInt64LittleEndian(source.ReadBytes(sizeof(long), "The length of the header"));
        if (length is < 2 or > MaxHeader) throw source.Refuse($"The header must have 2 to {MaxHeader} bytes", $"{length}");
        var header = SavedJson.Parse(source.ReadBytes(length, "The header"), $"the header of {place}");
        var (start, tensors, ends) = (sizeof(long) + length, new List<StoredTensor>(), new List<(long Begin, long End)>());
        foreach (var (name, node) in header)
            if (name != MetadataKey) tensors.Add(SavedJson.Read($"the header of {place}", () => Read(name, node, header[MetadataKey]?[ChecksumKey + name])));

        // One after another, without gaps or overlaps, to the end.
        var end = 0L;
        foreach (var (begin, next) in ends.Order())
        {
            if (begin != end || next < begin) throw source.Refuse("The tensors must lie one after another", $"one from {begin} to {next} after {end}");
            end = next;
        }

        return end == file.Length - start ? tensors : throw source.Refuse($"The tensors must have {end} bytes", $"{file.Length - start}");

        StoredTensor Read(string name, JsonNode? node, JsonNode? checksum)
        {
            var (type, shape, offsets) = ConfigReader.Read(node as JsonObject ?? throw new ArgumentException($"Tensor '{name}' must be an object."), r => (r.String("dtype"), r.Longs("shape"), r.Longs("data_offsets")), $"tensor '{name}'");
            if (offsets is not [var from, var to] || from < 0 || to > file.Length - start) throw new ArgumentException($"Tensor '{name}' must lie in the file. Received: offsets {string.Join(", ", offsets)}.");
            ends.Add((from, to));
            uint? sum = checksum is null ? null : uint.Parse(checksum.ToString(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            return new Tensor(file, place, name, type, shape, start + from, to - from, sum);
        }
    }

    private static ReadOnlySpan<byte> BytesOf(Variable variable) => MemoryMarshal.AsBytes(variable.View.Cells);

    /// <summary>A tensor in such a file.</summary>
    internal sealed class Tensor(FileStream file, string place, string name, string type, long[] shape, long start, long length, uint? checksum) : StoredTensor(name, name)
    {
        public override IReadOnlyList<long> Dimensions => shape;

        public override string Type => type;

        public override bool IsChecked => checksum is not null;

        private ElementType? Element => type switch
        {
            "BOOL" => ElementType.Find("b1"),
            "U8" => ElementType.Find("u1"),
            "I8" => ElementType.Find("i1"),
            "U16" => ElementType.Find("u2"),
            "I16" => ElementType.Find("i2"),
            "U32" => ElementType.Find("u4"),
            "I32" => ElementType.Find("i4"),
            "U64" => ElementType.Find("u8"),
            "I64" => ElementType.Find("i8"),
            "F16" => ElementType.Find("f2"),
            "F32" => ElementType.Find("f4"),
            "F64" => ElementType.Find("f8"),
            _ => null,
        };

        private bool IsBFloat16 => type == "BF16";

        // The elements stand there as a variable has them.
        private bool IsPlain => type is "F32" or "I32" && BitConverter.IsLittleEndian;

        /// <summary>Bytes in the file.</summary>
        public long ByteCount => length;

        public override bool Fits(DType type) => (IsBFloat16 ? DType.Float32 : Element?.Natural) == type;

        /// <summary>Verifies the checksum, if there is one, and keeps nothing.</summary>
        /// <exception cref="InvalidDataException">It is another one.</exception>
        public void Verify()
        {
            using var source = new ByteSource(new FilePart(file.SafeFileHandle, start, length), $"tensor '{Name}' of {place}", length, checksum);
            source.SkipToEnd();
        }

        public override void Verify(Variable target)
        {
            if (!IsPlain) base.Verify(target);
            else Verify();
        }

        public override void Read(Variable target)
        {
            using var source = new ByteSource(new FilePart(file.SafeFileHandle, start, length), $"tensor '{Name}' of {place}", length, checksum);
            if (IsPlain) source.Read(MemoryMarshal.AsBytes(target.Write()), $"The tensor '{Name}'");
            else if (IsBFloat16) BFloat16.Widen(source.ReadBytes((long)BFloat16.Size * target.Shape.Size, $"The tensor '{Name}'"), target.Write());
            else target.Assign(Element!.Read(source, target.Shape, bigEndian: false, target.DType));
            source.RequireEnd();
        }
    }
}
