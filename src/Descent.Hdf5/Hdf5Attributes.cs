using System.Collections;

namespace Descent.Hdf5;

/// <summary>The attributes of a group or a dataset; enumerates their names.</summary>
public sealed class Hdf5Attributes : IReadOnlyCollection<string>
{
    internal Hdf5Attributes() { }

    /// <summary>How many there are.</summary>
    public int Count => throw new NotImplementedException();

    /// <summary>Whether there is one of this name.</summary>
    public bool Contains(string name) => throw new NotImplementedException();

    /// <summary>What the elements of an attribute are.</summary>
    public Hdf5Kind Kind(string name) => throw new NotImplementedException();

    /// <summary>The dimensions of an attribute; none for a scalar.</summary>
    public IReadOnlyList<long> Dimensions(string name) => throw new NotImplementedException();

    /// <summary>The text of an attribute.</summary>
    public string GetString(string name) => throw new NotImplementedException();

    /// <summary>The text of an attribute, if there is one of this name and it is text.</summary>
    public bool TryGetString(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) => throw new NotImplementedException();

    /// <summary>The texts of an attribute.</summary>
    public IReadOnlyList<string> GetStrings(string name) => throw new NotImplementedException();

    /// <summary>The integer of an attribute.</summary>
    public long GetInteger(string name) => throw new NotImplementedException();

    /// <summary>The number of an attribute.</summary>
    public double GetNumber(string name) => throw new NotImplementedException();

    /// <summary>The numbers of an attribute.</summary>
    public IReadOnlyList<double> GetNumbers(string name) => throw new NotImplementedException();

    /// <summary>The truth value of an attribute.</summary>
    public bool GetBoolean(string name) => throw new NotImplementedException();

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => throw new NotImplementedException();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
