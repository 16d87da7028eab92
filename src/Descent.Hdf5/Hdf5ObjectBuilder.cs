namespace Descent.Hdf5;

/// <summary>A group or a dataset that is to be written.</summary>
public abstract class Hdf5ObjectBuilder
{
    private protected Hdf5ObjectBuilder() { }

    /// <summary>Attaches text: a variable-length UTF-8 scalar, as h5py writes a str.</summary>
    public void SetAttribute(string name, string value) => throw new NotImplementedException();

    /// <summary>Attaches a 64-bit integer.</summary>
    public void SetAttribute(string name, long value) => throw new NotImplementedException();

    /// <summary>Attaches a 64-bit float.</summary>
    public void SetAttribute(string name, double value) => throw new NotImplementedException();

    /// <summary>Attaches a truth value.</summary>
    public void SetAttribute(string name, bool value) => throw new NotImplementedException();

    /// <summary>Attaches an array of variable-length texts.</summary>
    public void SetAttribute(string name, IReadOnlyList<string> values) => throw new NotImplementedException();

    /// <summary>Attaches an array of 64-bit floats, which may be empty.</summary>
    public void SetAttribute(string name, ReadOnlyMemory<double> values) => throw new NotImplementedException();

    /// <summary>Attaches an array of bytes.</summary>
    public void SetAttribute(string name, ReadOnlyMemory<byte> values) => throw new NotImplementedException();

    /// <summary>Attaches an array of texts of one length, padded with zeros, as NumPy's type S.</summary>
    public void SetFixedStrings(string name, IReadOnlyList<string> values) => throw new NotImplementedException();
}
