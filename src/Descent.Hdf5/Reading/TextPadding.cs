namespace Descent.Hdf5.Reading;

/// <summary>What fills the rest of an element of fixed text; the format's numbers.</summary>
internal enum TextPadding
{
    EndsWithZero = 0,
    Zeros = 1,
    Spaces = 2,
}
