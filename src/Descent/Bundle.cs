using System.Collections;

namespace Descent;

/// <summary>Some things that belong together, one after another or by name: what Keras takes as one object, a list or a dict.</summary>
/// <typeparam name="T">What they are.</typeparam>
public abstract class Bundle<T> : IReadOnlyList<T>
{
    // One thing alone, as every step of most models has it, needs no list.
    private readonly T? _single;
    private readonly List<T>? _items;
    private List<string>? _names;

    private protected Bundle(T single)
    {
        ArgumentNullException.ThrowIfNull(single);
        _single = single;
    }

    private protected Bundle(ReadOnlySpan<T> items)
    {
        _items = new List<T>(items.Length);
        foreach (var item in items)
        {
            ArgumentNullException.ThrowIfNull(item, nameof(items));
            _items.Add(item);
        }
    }

    /// <summary>How many there are.</summary>
    public int Count => _items?.Count ?? 1;

    /// <summary>The names, in the order in which they were given; null if they come without.</summary>
    public IReadOnlyList<string>? Names => _names;

    /// <summary>Whether this is one thing, given as it is and not as a list.</summary>
    internal bool IsSingle => _items is null;

    /// <summary>One of them, by place.</summary>
    /// <param name="index">From 0.</param>
    public T this[int index] => _items is not null ? _items[index] : index == 0 ? _single! : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>One of them, by name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="KeyNotFoundException">Nothing has this name.</exception>
    /// <exception cref="InvalidOperationException">Something without a name is in it already.</exception>
    public T this[string name]
    {
        get => _names?.IndexOf(name) is { } place and >= 0 ? _items![place] : throw new KeyNotFoundException(
            $"Nothing is named '{name}'.{KerasNames.DidYouMean(name, Names ?? [])} The names: {string.Join(", ", Names ?? [])}.");
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (_items is null || _items.Count > 0 && _names is null)
                throw new InvalidOperationException($"Either all or none must have a name. Received: '{name}' after {Count} without.");
            _names ??= [];
            if (_names.IndexOf(name) is var place and >= 0)
            {
                _items[place] = value;
                return;
            }

            _names.Add(name);
            _items.Add(value);
        }
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => (_items ?? [_single!]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>What belongs to each of the names that a model knows, in its order; without names in here, in the order as given.</summary>
    /// <param name="names">The names; null: the model knows none.</param>
    /// <param name="what">What this is, for messages.</param>
    /// <param name="isComplete">Whether there must be something for every name; otherwise null stands for what is missing.</param>
    /// <exception cref="ArgumentException">A name is missing or not known.</exception>
    internal IReadOnlyList<T?> InOrder(IReadOnlyList<string>? names, string what, bool isComplete = true)
    {
        if (_names is null) return this!;
        if (names is null)
            throw new ArgumentException($"{what} must come without names: the model knows none. Received: {string.Join(", ", _names)}.");
        if (_names.Find(n => !names.Contains(n)) is { } unknown)
            throw new ArgumentException($"{what} must have names of the model: {string.Join(", ", names)}. Received: '{unknown}'.{KerasNames.DidYouMean(unknown, names)}");
        if (isComplete && names.FirstOrDefault(n => !_names.Contains(n)) is { } missing)
            throw new ArgumentException($"{what} must have '{missing}'. Received: {string.Join(", ", _names)}.");
        return [.. names.Select(n => _names.Contains(n) ? this[n] : default)];
    }
}
