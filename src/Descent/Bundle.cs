using System.Collections;

namespace Descent;

/// <summary>Some things that belong together, one after another or by name: what Keras takes as one object, a list or a dict.</summary>
/// <typeparam name="T">What they are.</typeparam>
public abstract class Bundle<T> : IReadOnlyList<T>
{
    // One thing alone, as every step of most models has it, needs no list.
    private readonly T? _single;
    private readonly Several? _several;

    private protected Bundle(T single)
    {
        ArgumentNullException.ThrowIfNull(single);
        _single = single;
    }

    private protected Bundle(ReadOnlySpan<T> items)
    {
        _several = new Several();
        foreach (var item in items)
        {
            ArgumentNullException.ThrowIfNull(item, nameof(items));
            _several.Items.Add(item);
        }
    }

    /// <summary>How many there are.</summary>
    public int Count => _several?.Items.Count ?? 1;

    /// <summary>The names, in the order in which they were given; null if they come without.</summary>
    public IReadOnlyList<string>? Names => _several?.Names;

    /// <summary>Whether this is one thing, given as it is and not as a list.</summary>
    internal bool IsSingle => _several is null;

    /// <summary>One of them, by place.</summary>
    /// <param name="index">From 0.</param>
    public T this[int index] => _several is not null ? _several.Items[index] : index == 0 ? _single! : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>One of them, by name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="KeyNotFoundException">Nothing has this name.</exception>
    /// <exception cref="InvalidOperationException">Something without a name is in it already.</exception>
    public T this[string name]
    {
        get => _several?.Names?.IndexOf(name) is { } place and >= 0 ? _several.Items[place] : throw new KeyNotFoundException(
            $"Nothing is named '{name}'.{KerasNames.DidYouMean(name, Names ?? [])} The names: {string.Join(", ", Names ?? [])}.");
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (_several is not { } several || several.Items.Count > 0 && several.Names is null)
                throw new InvalidOperationException($"Either all or none must have a name. Received: '{name}' after {Count} without.");
            several.Names ??= [];
            if (several.Names.IndexOf(name) is var place and >= 0)
            {
                several.Items[place] = value;
                return;
            }

            several.Names.Add(name);
            several.Items.Add(value);
        }
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => (_several?.Items ?? [_single!]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>What belongs to each of the names that a model knows, in its order; without names in here, in the order as given.</summary>
    /// <param name="names">The names; null: the model knows none.</param>
    /// <param name="what">What this is, for messages.</param>
    /// <param name="isComplete">Whether there must be something for every name; otherwise null stands for what is missing.</param>
    /// <exception cref="ArgumentException">A name is missing or not known.</exception>
    internal IReadOnlyList<T?> InOrder(IReadOnlyList<string>? names, string what, bool isComplete = true)
    {
        if (_several?.Names is not { } own) return this!;
        if (names is null)
            throw new ArgumentException($"{what} must come without names: the model knows none. Received: {string.Join(", ", own)}.");
        if (own.Find(n => !names.Contains(n)) is { } unknown)
            throw new ArgumentException($"{what} must have names of the model: {string.Join(", ", names)}. Received: '{unknown}'.{KerasNames.DidYouMean(unknown, names)}");
        if (isComplete && names.FirstOrDefault(n => !own.Contains(n)) is { } missing)
            throw new ArgumentException($"{what} must have '{missing}'. Received: {string.Join(", ", own)}.");
        return [.. names.Select(n => own.Contains(n) ? this[n] : default)];
    }

    private sealed class Several
    {
        public List<T> Items { get; } = [];

        public List<string>? Names { get; set; }
    }
}
