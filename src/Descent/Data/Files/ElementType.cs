using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Descent.Data;

/// <summary>A type of numbers in a file: how many bytes each takes, and how they become the elements of a tensor.</summary>
internal abstract class ElementType
{
    private ElementType(string code, DType natural) => (Code, Natural) = (code, natural);

    /// <summary>The kind and size as NumPy writes them: <c>"f4"</c>.</summary>
    public string Code { get; }

    /// <summary>The type of tensor that such numbers become unless another is asked for.</summary>
    public DType Natural { get; }

    /// <summary>The bytes of one number.</summary>
    public abstract int Size { get; }

    /// <summary>All that a tensor can hold.</summary>
    public static IReadOnlyList<ElementType> All { get; } =
    [
        new Of<byte>("b1", DType.Bool),
        new Of<byte>("u1", DType.Int32), new Of<sbyte>("i1", DType.Int32),
        new Of<ushort>("u2", DType.Int32), new Of<short>("i2", DType.Int32),
        new Of<uint>("u4", DType.Int32), new Of<int>("i4", DType.Int32),
        new Of<ulong>("u8", DType.Int32), new Of<long>("i8", DType.Int32),
        new Of<Half>("f2", DType.Float32), new Of<float>("f4", DType.Float32), new Of<double>("f8", DType.Float32),
    ];

    /// <summary>The type with a code, or null.</summary>
    public static ElementType? Find(string code) => All.FirstOrDefault(type => type.Code == code);

    /// <summary>The type of tensor that such numbers become.</summary>
    /// <param name="source">The file, for its name.</param>
    /// <param name="dtype">The type wanted; null: the natural one.</param>
    public DType TargetOf(ByteSource source, DType? dtype)
    {
        var target = dtype ?? Natural;
        return Natural == target || (Natural == DType.Int32 && target == DType.Float32) ? target : throw source.Refuse(
            $"The elements must be of a type that converts to {target.KerasName()} without loss", $"type '{Code}'");
    }

    /// <summary>Reads a tensor of a shape that is known to be possible; the size is checked before it is allocated.</summary>
    /// <param name="source">Where the elements stand, row-major.</param>
    /// <param name="shape">The dimensions.</param>
    /// <param name="bigEndian">Whether the first byte of a number counts most.</param>
    /// <param name="dtype">The type wanted; null: the natural one.</param>
    public Tensor Read(ByteSource source, Shape shape, bool bigEndian, DType? dtype)
    {
        const int ChunkBytes = 1 << 16;
        var target = TargetOf(source, dtype);
        source.Require((long)shape.Size * Size, $"An array of shape {shape} and type '{Code}'");
        var tensor = Tensor.New(shape, target);
        var buffer = new byte[Math.Min(ChunkBytes, (long)tensor.Length * Size)];
        for (var start = 0; start < tensor.Length; start += ChunkBytes / Size)
        {
            var bytes = buffer.AsSpan(0, Math.Min(ChunkBytes / Size, tensor.Length - start) * Size);
            source.Read(bytes, $"An array of shape {tensor.Shape} and type '{Code}'");
            if (Convert(bytes, tensor, start, bigEndian) is var (place, value))
                throw source.Refuse(RuleFor(target), $"{value} at position {place}");
        }

        return tensor;
    }

    /// <summary>What must hold of each element.</summary>
    public static string RuleFor(DType target) => $"Every element must have a value that {target.KerasName()} can hold";

    /// <summary>Converts elements as they stand in a file to those of a tensor.</summary>
    /// <param name="bytes">The elements; they may be turned round on the way.</param>
    /// <param name="tensor">Where they go.</param>
    /// <param name="start">The place of the first.</param>
    /// <param name="bigEndian">Whether the first byte of a number counts most.</param>
    /// <returns>The place and the value of the first that the tensor cannot hold; null: it holds them all.</returns>
    public abstract (int Place, string Value)? Convert(Span<byte> bytes, Tensor tensor, int start, bool bigEndian);

    private sealed class Of<T>(string code, DType natural) : ElementType(code, natural)
        where T : unmanaged, INumber<T>
    {
        public override int Size { get; } = Unsafe.SizeOf<T>();

        public override (int Place, string Value)? Convert(Span<byte> bytes, Tensor tensor, int start, bool bigEndian)
        {
            if (bigEndian == BitConverter.IsLittleEndian) Reverse(bytes);
            var values = MemoryMarshal.Cast<byte, T>(bytes);
            var bad = tensor.DType switch
            {
                DType.Float32 => ToFloats(values, tensor.Floats.Slice(start, values.Length)),
                DType.Int32 => ToInts(values, tensor.Ints.Slice(start, values.Length)),
                _ => ToBools(values, tensor.Bools.Slice(start, values.Length)),
            };
            return bad < 0 ? null : (start + bad, string.Create(CultureInfo.InvariantCulture, $"{values[bad]}"));
        }

        private void Reverse(Span<byte> bytes)
        {
            switch (Size)
            {
                case 2:
                    var shorts = MemoryMarshal.Cast<byte, short>(bytes);
                    BinaryPrimitives.ReverseEndianness(shorts, shorts);
                    break;
                case 4:
                    var ints = MemoryMarshal.Cast<byte, int>(bytes);
                    BinaryPrimitives.ReverseEndianness(ints, ints);
                    break;
                case 8:
                    var longs = MemoryMarshal.Cast<byte, long>(bytes);
                    BinaryPrimitives.ReverseEndianness(longs, longs);
                    break;
            }
        }

        // Each gives the place of the first value that does not fit, or -1.
        private int ToFloats(ReadOnlySpan<T> values, Span<float> target)
        {
            TensorPrimitives.ConvertTruncating(values, target);
            if (typeof(T) != typeof(double) && (Natural == DType.Float32 || Size <= 2)) return -1; // float32 holds them all
            for (var i = 0; i < target.Length; i++)
            {
                // Doubles may be rounded, but a finite one stays finite; integers keep their value.
                var lost = Natural == DType.Float32
                    ? float.IsInfinity(target[i]) && !T.IsInfinity(values[i])
                    : Int128.CreateTruncating(target[i]) != Int128.CreateTruncating(values[i]);
                if (lost) return i;
            }

            return -1;
        }

        private int ToInts(ReadOnlySpan<T> values, Span<int> target)
        {
            TensorPrimitives.ConvertTruncating(values, target);
            if (Size <= 2) return -1;
            for (var i = 0; i < target.Length; i++)
                if (T.CreateSaturating(target[i]) != values[i]) return i;
            return -1;
        }

        private static int ToBools(ReadOnlySpan<T> values, Span<bool> target)
        {
            for (var i = 0; i < target.Length; i++)
            {
                if (values[i] != T.Zero && values[i] != T.One) return i;
                target[i] = values[i] == T.One;
            }

            return -1;
        }
    }
}
