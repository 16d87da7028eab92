using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Descent.Hdf5.Reading;

/// <summary>How the bytes of elements become numbers of the type that is asked for.</summary>
internal abstract class Conversion<T>(Datatype type) where T : unmanaged
{
    /// <summary>Bytes of an element in the file.</summary>
    public int ElementSize => type.Size;

    /// <summary>How many values are made of an element.</summary>
    public virtual int ValuesOfElement => 1;

    /// <summary>Whether the bytes of the elements are those of the values.</summary>
    public virtual bool IsCopy => false;

    /// <summary>Converts elements; their bytes may be changed on the way.</summary>
    public void Convert(Span<byte> elements, Span<T> values)
    {
        if (type.IsBigEndian != !BitConverter.IsLittleEndian) Reverse(elements, type.Size);
        ConvertNative(elements, values);
    }

    protected abstract void ConvertNative(ReadOnlySpan<byte> elements, Span<T> values);

    private static void Reverse(Span<byte> elements, int size)
    {
        if (size == sizeof(ushort)) Reverse(MemoryMarshal.Cast<byte, ushort>(elements), BinaryPrimitives.ReverseEndianness);
        else if (size == sizeof(uint)) Reverse(MemoryMarshal.Cast<byte, uint>(elements), BinaryPrimitives.ReverseEndianness);
        else if (size == sizeof(ulong)) Reverse(MemoryMarshal.Cast<byte, ulong>(elements), BinaryPrimitives.ReverseEndianness);
    }

    private static void Reverse<TWord>(Span<TWord> words, ReverseWords<TWord> reverse) => reverse(words, words);

    private delegate void ReverseWords<TWord>(ReadOnlySpan<TWord> source, Span<TWord> target);
}

/// <summary>The conversions from what a file may hold to numbers.</summary>
internal static class Conversion
{
    /// <summary>The conversion of numbers and truth values.</summary>
    /// <exception cref="InvalidDataException">The elements are not such, or they are floats and integers are asked for.</exception>
    public static Conversion<T> Of<T>(Reader reader, Datatype type) where T : unmanaged, INumber<T> => type.Kind switch
    {
        Hdf5Kind.Float16 => new Numbers<Half, T>(reader, type),
        Hdf5Kind.Float32 => new Numbers<float, T>(reader, type),
        Hdf5Kind.Float64 => new Numbers<double, T>(reader, type),
        Hdf5Kind.Int8 => new Numbers<sbyte, T>(reader, type),
        Hdf5Kind.Int16 => new Numbers<short, T>(reader, type),
        Hdf5Kind.Int32 => new Numbers<int, T>(reader, type),
        Hdf5Kind.Int64 => new Numbers<long, T>(reader, type),
        Hdf5Kind.UInt8 or Hdf5Kind.Boolean => new Numbers<byte, T>(reader, type),
        Hdf5Kind.UInt16 => new Numbers<ushort, T>(reader, type),
        Hdf5Kind.UInt32 => new Numbers<uint, T>(reader, type),
        Hdf5Kind.UInt64 => new Numbers<ulong, T>(reader, type),
        _ => throw reader.Refuse("Its elements must be numbers", $"elements of kind {type.Kind}"),
    };

    /// <summary>No conversion: the bytes as they are.</summary>
    public static Conversion<byte> ToBytes(Datatype type) => new Raw(type with { IsBigEndian = !BitConverter.IsLittleEndian });

    private sealed class Raw(Datatype type) : Conversion<byte>(type)
    {
        public override int ValuesOfElement => ElementSize;

        public override bool IsCopy => true;

        protected override void ConvertNative(ReadOnlySpan<byte> elements, Span<byte> values) => elements.CopyTo(values);
    }

    private sealed class Numbers<TElement, T> : Conversion<T> where TElement : unmanaged, INumber<TElement> where T : unmanaged, INumber<T>
    {
        private readonly Reader _reader;

        public Numbers(Reader reader, Datatype type) : base(type)
        {
            _reader = reader;
            if (TElement.IsInteger(TElement.One / (TElement.One + TElement.One)) || !T.IsInteger(T.One / (T.One + T.One))) IsCopy = typeof(TElement) == typeof(T) && type.IsBigEndian == !BitConverter.IsLittleEndian;
            else throw reader.Refuse($"Its elements must be integers, to be read as {typeof(T).Name}", $"elements of kind {type.Kind}");
        }

        public override bool IsCopy { get; }

        protected override void ConvertNative(ReadOnlySpan<byte> elements, Span<T> values)
        {
            var source = MemoryMarshal.Cast<byte, TElement>(elements);
            if (typeof(TElement) == typeof(T))
            {
                MemoryMarshal.Cast<TElement, T>(source).CopyTo(values);
                return;
            }

            try
            {
                for (var i = 0; i < source.Length; i++) values[i] = T.CreateChecked(source[i]);
            }
            catch (OverflowException e)
            {
                throw _reader.Refuse($"Its elements must fit into {typeof(T).Name}", "one that does not", e);
            }
        }
    }
}
