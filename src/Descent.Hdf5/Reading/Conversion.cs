using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Descent.Hdf5.Reading;

/// <summary>How the bytes of elements become values of the type that is asked for.</summary>
internal abstract class Conversion<T>(Datatype type) where T : unmanaged
{
    /// <summary>Bytes of an element in the file.</summary>
    public int ElementSize => type.Size;

    /// <summary>How many values are made of an element.</summary>
    public virtual int ValuesOfElement => 1;

    /// <summary>Whether the bytes of the elements are those of the values.</summary>
    public abstract bool IsCopy { get; }

    /// <summary>Converts elements; their bytes may be changed on the way.</summary>
    public abstract void Convert(Span<byte> elements, Span<T> values);
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
    public static Conversion<byte> ToBytes(Datatype type) => new Raw(type);

    private static bool HoldsFractions<T>() where T : INumber<T> => !T.IsInteger(T.One / (T.One + T.One));

    private sealed class Raw(Datatype type) : Conversion<byte>(type)
    {
        public override int ValuesOfElement => ElementSize;

        public override bool IsCopy => true;

        public override void Convert(Span<byte> elements, Span<byte> values) => elements.CopyTo(values);
    }

    private sealed class Numbers<TElement, T> : Conversion<T> where TElement : unmanaged, INumber<TElement> where T : unmanaged, INumber<T>
    {
        private readonly Reader _reader;
        private readonly bool _isSwapped;

        public Numbers(Reader reader, Datatype type) : base(type)
        {
            if (HoldsFractions<TElement>() && !HoldsFractions<T>())
                throw reader.Refuse($"Its elements must be integers, to be read as {typeof(T).Name}", $"elements of kind {type.Kind}");
            (_reader, _isSwapped) = (reader, type.IsBigEndian == BitConverter.IsLittleEndian);
        }

        public override bool IsCopy => typeof(TElement) == typeof(T) && !_isSwapped;

        public override void Convert(Span<byte> elements, Span<T> values)
        {
            if (_isSwapped) Swap(elements);
            if (typeof(TElement) == typeof(T))
            {
                elements.CopyTo(MemoryMarshal.AsBytes(values));
                return;
            }

            var source = MemoryMarshal.Cast<byte, TElement>(elements);
            try
            {
                for (var i = 0; i < source.Length; i++) values[i] = T.CreateChecked(source[i]);
            }
            catch (OverflowException e)
            {
                throw _reader.Refuse($"Its elements must fit into {typeof(T).Name}", "one that does not", e);
            }
        }

        private static unsafe void Swap(Span<byte> elements)
        {
            var shorts = MemoryMarshal.Cast<byte, ushort>(elements);
            var ints = MemoryMarshal.Cast<byte, uint>(elements);
            var longs = MemoryMarshal.Cast<byte, ulong>(elements);
            if (sizeof(TElement) == sizeof(ushort)) BinaryPrimitives.ReverseEndianness(shorts, shorts);
            else if (sizeof(TElement) == sizeof(uint)) BinaryPrimitives.ReverseEndianness(ints, ints);
            else if (sizeof(TElement) == sizeof(ulong)) BinaryPrimitives.ReverseEndianness(longs, longs);
        }
    }
}
