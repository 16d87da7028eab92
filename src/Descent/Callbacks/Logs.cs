using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Descent.Callbacks;

/// <summary>Names and values that callbacks are given: the loss and the metrics, in the order of their names. Callbacks may add values, which History then records.</summary>
public sealed class Logs : IReadOnlyDictionary<string, double>
{
    private readonly OrderedDictionary<string, double> _values = [];
    private Training.MetricSet? _source;

    /// <summary>The number of values.</summary>
    public int Count => Current.Count;

    /// <summary>The names, in order.</summary>
    public IEnumerable<string> Keys => Current.Keys;

    /// <summary>The values, in the order of the names.</summary>
    public IEnumerable<double> Values => Current.Values;

    // Metrics are worked out when somebody asks; most batches pass unasked.
    private OrderedDictionary<string, double> Current
    {
        get
        {
            if (_source is { } source)
            {
                _source = null;
                source.WriteTo(this);
            }

            return _values;
        }
    }

    /// <summary>A value.</summary>
    /// <param name="key">Its name.</param>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    public double this[string key]
    {
        get => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException(
            $"The logs have no '{key}'.{KerasNames.DidYouMean(key, Current.Keys)} They have: {string.Join(", ", Current.Keys)}.");
        set => Current[key] = value;
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key) => Current.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out double value) =>
        _source?.TryRead(key, out value) == true || Current.TryGetValue(key, out value); // who asks for one, as for the loss, pays for one

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, double>> GetEnumerator() => Current.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The values have changed: they come from here when somebody asks.</summary>
    internal void Refresh(Training.MetricSet source) => _source = source;
}
