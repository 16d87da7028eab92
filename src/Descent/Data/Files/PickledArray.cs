namespace Descent.Data;

/// <summary>A NumPy array as it stands in a pickle.</summary>
internal sealed class PickledArray
{
    /// <summary>The type of the elements, known when the array's state has been read.</summary>
    public PickledType? Type { get; set; }

    /// <summary>The dimensions.</summary>
    public long[] Dimensions { get; set; } = [];

    /// <summary>Whether the first index runs fastest.</summary>
    public bool FortranOrder { get; set; }

    /// <summary>The bytes of numbers, or a list of objects.</summary>
    public object? Elements { get; set; }

    /// <summary>The objects of an array of rank 1 that holds objects.</summary>
    public List<object?> ToObjects(ByteSource source) =>
        Type is { Code: "O8" or "O4" } && Elements is List<object?> objects && Dimensions is [var count] && count == objects.Count
            ? objects
            : throw source.Refuse("The array must be a list of Python objects", ToString());

    /// <summary>The elements of an array of rank 2 that holds bytes in C order.</summary>
    public byte[] ToBytes(ByteSource source, int rows, int columns) =>
        Type is { Code: "u1" } && Elements is byte[] bytes && !FortranOrder && Dimensions is [var first, var second]
        && first == rows && second == columns && bytes.LongLength == first * second
            ? bytes
            : throw source.Refuse($"The array must hold bytes, of shape ({rows}, {columns})", ToString());

    public override string ToString() => $"an array of type '{Type?.Code}' and shape ({string.Join(", ", Dimensions)})";
}

/// <summary>The type of the elements of an array in a pickle: as NumPy writes it, such as <c>u1</c>, or <c>O8</c> for objects.</summary>
internal sealed record PickledType(string Code);
