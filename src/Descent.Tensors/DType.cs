namespace Descent;

/// <summary>The type of a tensor's elements.</summary>
public enum DType
{
    /// <summary>32-bit floating point: all arithmetic and every gradient.</summary>
    Float32,

    /// <summary>32-bit signed integer: indices and labels.</summary>
    Int32,

    /// <summary>Boolean: masks and the results of comparisons.</summary>
    Bool,
}

internal static class DTypes
{
    public static string KerasName(this DType dtype) => dtype switch
    {
        DType.Float32 => "float32",
        DType.Int32 => "int32",
        _ => "bool",
    };

    /// <summary>How many 4-byte cells <paramref name="length"/> elements occupy.</summary>
    public static int Cells(this DType dtype, int length) => dtype == DType.Bool ? (length + 3) / 4 : length;
}
