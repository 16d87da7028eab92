using Descent.Hdf5.Writing;

namespace Descent.Hdf5;

/// <summary>
/// A group or a dataset that is to be written. An attribute that is set again takes the place of the one before. All of an attribute
/// but its text of variable length must fit into 64 KB.
/// </summary>
public abstract class Hdf5ObjectBuilder
{
    private const int MostAttributes = 60_000; // headers count their messages in 16 bits

    private readonly List<(byte[] Name, long[] Dimensions, Content Content)> _attributes = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    private protected Hdf5ObjectBuilder() { }

    internal IReadOnlyList<(byte[] Name, long[] Dimensions, Content Content)> Attributes => _attributes;

    /// <summary>Attaches text: a scalar of variable length in UTF-8, as h5py writes a str; it may be long.</summary>
    /// <exception cref="ArgumentException">The name is empty, or a text has a zero character.</exception>
    public void SetAttribute(string name, string value) => Set(name, [], new TextContent([value]));

    /// <summary>Attaches a 64-bit integer.</summary>
    /// <exception cref="ArgumentException">The name is empty or has a zero character.</exception>
    public void SetAttribute(string name, long value) => Set(name, [], new Numbers<long>(new[] { value }));

    /// <summary>Attaches a 64-bit float.</summary>
    /// <inheritdoc cref="SetAttribute(string, long)" path="/exception"/>
    public void SetAttribute(string name, double value) => Set(name, [], new Numbers<double>(new[] { value }));

    /// <summary>Attaches a truth value, as h5py writes NumPy's.</summary>
    /// <inheritdoc cref="SetAttribute(string, long)" path="/exception"/>
    public void SetAttribute(string name, bool value) => Set(name, [], new Numbers<bool>(new[] { value }));

    /// <summary>Attaches an array of texts of variable length, which may be empty.</summary>
    /// <exception cref="ArgumentException">The name is empty, a text has a zero character, or there are more than 64 KB hold (about 4000).</exception>
    public void SetAttribute(string name, IReadOnlyList<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        Set(name, [values.Count], new TextContent(values));
    }

    /// <summary>Attaches an array of 64-bit floats, which may be empty, as h5py writes an empty list.</summary>
    /// <exception cref="ArgumentException">The name is empty or has a zero character, or the values have more than 64 KB.</exception>
    public void SetAttribute(string name, ReadOnlyMemory<double> values) => Set(name, [values.Length], new Numbers<double>(values));

    /// <summary>Attaches an array of bytes, which may be empty.</summary>
    /// <inheritdoc cref="SetAttribute(string, ReadOnlyMemory{double})" path="/exception"/>
    public void SetAttribute(string name, ReadOnlyMemory<byte> values) => Set(name, [values.Length], new Numbers<byte>(values));

    /// <summary>Attaches an array of texts that all take the bytes of the longest, padded with zeros: NumPy's type <c>S</c>, as older Keras wrote names.</summary>
    /// <exception cref="ArgumentException">The name is empty, a text has a zero character, or the texts have more than 64 KB.</exception>
    public void SetFixedStrings(string name, IReadOnlyList<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        byte[][] texts = [.. values.Select(Utf8.Bytes)];
        var size = texts.Append([0]).Max(text => text.Length);
        var elements = new byte[checked(size * texts.Length)];
        for (var i = 0; i < texts.Length; i++) texts[i].CopyTo(elements, i * size);
        Set(name, [texts.Length], new Numbers<byte>(DatatypeBytes.FixedText(size), elements));
    }

    private void Set(string name, long[] dimensions, Content content)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var attribute = (Utf8.Bytes(name), dimensions, content);
        var size = HeaderWriter.AttributeSize(attribute.Item1, dimensions, content);
        if (size > HeaderWriter.LargestMessage)
            throw new ArgumentException($"The attribute '{name}' must fit into {HeaderWriter.LargestMessage} bytes; text of variable length takes 16. Received: {size} bytes.");
        if (_places.TryGetValue(name, out var place)) _attributes[place] = attribute;
        else if (_attributes.Count == MostAttributes) throw new ArgumentException($"An object must have at most {MostAttributes} attributes. Received: '{name}', one more.", nameof(name));
        else
        {
            _places.Add(name, _attributes.Count);
            _attributes.Add(attribute);
        }
    }
}
