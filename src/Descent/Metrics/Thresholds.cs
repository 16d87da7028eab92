using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Descent.Metrics;

/// <summary>One or several numbers in [0, 1] above which a prediction means yes; written as a number or as a list.</summary>
/// <example><code>
/// new Precision { Thresholds = 0.7 }
/// new Precision { Thresholds = [0.2, 0.5, 0.8] }
/// </code></example>
[CollectionBuilder(typeof(Thresholds), nameof(Create))]
public sealed class Thresholds : IReadOnlyList<double>
{
    private readonly double[] _values;
    private readonly bool _isOne;

    private Thresholds(double[] values, bool isOne)
    {
        foreach (var value in values) Check.UnitInterval(value, nameof(Thresholds));
        if (values.Length == 0)
            throw new ArgumentException("Thresholds must hold at least one value. Received: none.", nameof(values));
        (_values, _isOne) = (values, isOne);
    }

    /// <summary>How many there are.</summary>
    public int Count => _values.Length;

    /// <summary>One of them.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    public double this[int index] => _values[index];

    /// <summary>Makes a list of thresholds.</summary>
    /// <param name="values">Each in [0, 1].</param>
    /// <exception cref="ArgumentException">A value lies outside [0, 1], or there is none.</exception>
    public static Thresholds Create(ReadOnlySpan<double> values) => new(values.ToArray(), isOne: false);

    /// <summary>Makes a single threshold.</summary>
    /// <param name="value">In [0, 1].</param>
    public static implicit operator Thresholds(double value) => new([value], isOne: true);

    /// <summary>Makes a list of thresholds.</summary>
    /// <param name="values">Each in [0, 1].</param>
    public static implicit operator Thresholds(double[] values) => Create(values);

    /// <inheritdoc/>
    public IEnumerator<double> GetEnumerator() => ((IEnumerable<double>)_values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static Thresholds? Read(ConfigReader reader, string key) => reader.Node(key) switch
    {
        null => null,
        JsonArray => Create(reader.Doubles(key)),
        _ => reader.Double(key),
    };

    internal JsonNode ToJson() => _isOne ? KerasJson.Float(_values[0]) : KerasJson.Floats(_values);
}
