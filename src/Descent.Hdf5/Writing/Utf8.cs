using System.Text;

namespace Descent.Hdf5.Writing;

/// <summary>Text as the file holds it.</summary>
internal static class Utf8
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static byte[] Bytes(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Contains('\0', StringComparison.Ordinal)
            ? throw new ArgumentException("Text must have no zero characters, with which it ends in HDF5.", nameof(text))
            : Strict.GetBytes(text);
    }
}
