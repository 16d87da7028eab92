using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Descent.Hdf5.Reading;

namespace Descent.Hdf5;

/// <summary>The attributes of a group or a dataset; enumerates their names, sorted by their UTF-8 bytes.</summary>
public sealed class Hdf5Attributes : IReadOnlyCollection<string>
{
    private readonly FileBytes _file;
    private readonly string _path;
    private readonly Dictionary<string, AttributeMessage> _attributes = new(StringComparer.Ordinal);
    private readonly List<string> _names;

    internal Hdf5Attributes(FileBytes file, string path, ObjectHeader header)
    {
        (_file, _path) = (file, path);
        var reader = Reader.OfStructures(file, path);
        foreach (var attribute in AttributeMessage.All(reader, header))
        {
            if (!_attributes.TryAdd(attribute.Name, attribute)) throw reader.Refuse("The attributes of an object must differ in their names", $"'{attribute.Name}' twice");
        }

        _names = [.. _attributes.Keys];
        _names.Sort(Link.ByBytes);
    }

    /// <summary>How many there are.</summary>
    public int Count => _names.Count;

    /// <summary>Whether there is one of this name.</summary>
    public bool Contains(string name) => _attributes.ContainsKey(name);

    /// <summary>What the elements of an attribute are.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    public Hdf5Kind Kind(string name) => Find(name).Type.Kind;

    /// <summary>The dimensions of an attribute: none for a scalar, (0) for one that holds nothing.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    public IReadOnlyList<long> Dimensions(string name) => Find(name).Space.Dimensions;

    /// <summary>The text of an attribute with one element, of fixed or variable length.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    /// <exception cref="InvalidDataException">It is not one text in UTF-8, or the file is damaged.</exception>
    public string GetString(string name) => One(name, GetStrings(name));

    /// <summary>The text of an attribute, if there is one of this name, and it is one text.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public bool TryGetString(string name, [NotNullWhen(true)] out string? value)
    {
        value = _attributes.GetValueOrDefault(name) is { Type.Kind: Hdf5Kind.String, Space.Count: 1 } ? GetString(name) : null;
        return value is not null;
    }

    /// <summary>The texts of an attribute, in row-major order; none where it is empty, of whatever kind.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    /// <exception cref="InvalidDataException">It is not text in UTF-8, or the file is damaged.</exception>
    public IReadOnlyList<string> GetStrings(string name)
    {
        var attribute = Find(name);
        if (attribute.Space.Count == 0) return []; // h5py writes an empty list as float64
        var reader = Reader.OfValues(_file, _path);
        return attribute.Type.Kind == Hdf5Kind.String
            ? Texts.Read(reader, attribute.Type, attribute.Elements)
            : throw reader.Refuse($"The attribute '{name}' must be text", $"elements of kind {attribute.Type.Kind}");
    }

    /// <summary>The integer of an attribute with one element.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    /// <exception cref="InvalidDataException">It is not one integer.</exception>
    public long GetInteger(string name) => One(name, Numbers<long>(name));

    /// <summary>The number of an attribute with one element.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    /// <exception cref="InvalidDataException">It is not one number.</exception>
    public double GetNumber(string name) => One(name, Numbers<double>(name));

    /// <summary>The numbers of an attribute, in row-major order.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    /// <exception cref="InvalidDataException">It does not hold numbers.</exception>
    public IReadOnlyList<double> GetNumbers(string name) => Numbers<double>(name);

    /// <summary>The truth value of an attribute with one element.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    /// <exception cref="InvalidDataException">It is not one truth value.</exception>
    public bool GetBoolean(string name) => Kind(name) == Hdf5Kind.Boolean
        ? GetInteger(name) != 0
        : throw Reader.OfValues(_file, _path).Refuse($"The attribute '{name}' must be a truth value", $"elements of kind {Kind(name)}");

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => _names.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private AttributeMessage Find(string name) => _attributes.GetValueOrDefault(name) ?? throw new KeyNotFoundException(
        $"The object '{_path}' must have an attribute '{name}', in '{_file.Name}'. It has: {(Count == 0 ? "none" : string.Join(", ", _names))}.");

    private T[] Numbers<T>(string name) where T : unmanaged, INumber<T>
    {
        var attribute = Find(name);
        var values = new T[attribute.Space.Count];
        Conversion.Of<T>(Reader.OfValues(_file, _path), attribute.Type).Convert(attribute.Elements.ToArray(), values);
        return values;
    }

    private T One<T>(string name, IReadOnlyList<T> values) => values.Count == 1
        ? values[0]
        : throw Reader.OfValues(_file, _path).Refuse($"The attribute '{name}' must have one element", $"{values.Count}");
}
