namespace Descent.Hdf5;

/// <summary>What the elements of a dataset or an attribute are; either byte order.</summary>
public enum Hdf5Kind
{
    /// <summary>IEEE 754, 16 bits.</summary>
    Float16,

    /// <summary>IEEE 754, 32 bits.</summary>
    Float32,

    /// <summary>IEEE 754, 64 bits.</summary>
    Float64,

    /// <summary>Signed, 8 bits.</summary>
    Int8,

    /// <summary>Signed, 16 bits.</summary>
    Int16,

    /// <summary>Signed, 32 bits.</summary>
    Int32,

    /// <summary>Signed, 64 bits.</summary>
    Int64,

    /// <summary>Unsigned, 8 bits.</summary>
    UInt8,

    /// <summary>Unsigned, 16 bits.</summary>
    UInt16,

    /// <summary>Unsigned, 32 bits.</summary>
    UInt32,

    /// <summary>Unsigned, 64 bits.</summary>
    UInt64,

    /// <summary>What h5py writes for NumPy's bool: an enumeration of FALSE and TRUE over one byte.</summary>
    Boolean,

    /// <summary>Text of a fixed or a variable length.</summary>
    String,

    /// <summary>Anything else, such as compounds, references and opaque bytes; of a fixed size, it can be read as bytes.</summary>
    Other,
}
