using System.Collections;
using System.Runtime.CompilerServices;

namespace Descent;

/// <summary>One number for each spatial axis, or one that holds for all of them: <c>3</c>, <c>(3, 5)</c> or <c>[3, 5, 5]</c>.</summary>
[CollectionBuilder(typeof(PerAxis), nameof(Create))]
public sealed class PerAxis : IReadOnlyList<int>
{
    /// <summary>1 for every axis: a window that takes every step and leaves nothing out.</summary>
    public static readonly PerAxis One = Create(1);

    private readonly int[] _numbers;

    private PerAxis(int[] numbers) => _numbers = numbers;

    /// <summary>How many numbers there are; one holds for all axes.</summary>
    public int Count => _numbers.Length;

    /// <summary>One of the numbers.</summary>
    /// <param name="axis">From 0 to <see cref="Count"/> - 1.</param>
    public int this[int axis] => _numbers[axis];

    /// <summary>Makes it from its numbers, outermost axis first.</summary>
    /// <param name="numbers">One number or more.</param>
    /// <exception cref="ArgumentException">There is no number.</exception>
    public static PerAxis Create(params ReadOnlySpan<int> numbers) =>
        numbers.IsEmpty ? throw new ArgumentException("There must be a number for each spatial axis, or one for all. Received none.", nameof(numbers)) : new PerAxis(numbers.ToArray());

    /// <summary>The same number for every axis.</summary>
    /// <param name="number">The number.</param>
    public static implicit operator PerAxis(int number) => Create(number);

    /// <summary>A number for each of two axes.</summary>
    /// <param name="numbers">Height, width.</param>
    public static implicit operator PerAxis((int Height, int Width) numbers) => Create(numbers.Height, numbers.Width);

    /// <summary>A number for each of three axes.</summary>
    /// <param name="numbers">Depth, height, width.</param>
    public static implicit operator PerAxis((int Depth, int Height, int Width) numbers) => Create(numbers.Depth, numbers.Height, numbers.Width);

    /// <summary>A number for each axis.</summary>
    /// <param name="numbers">One number or more.</param>
    public static implicit operator PerAxis(int[] numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return Create(numbers);
    }

    /// <summary>Exactly one number for each of some axes.</summary>
    /// <param name="axes">How many axes there are.</param>
    /// <param name="name">What the numbers are, for messages.</param>
    /// <param name="least">What each must be at least.</param>
    /// <exception cref="ArgumentException">The numbers are neither one nor one per axis, or one of them is too small.</exception>
    internal PerAxis For(int axes, string name, int least = 1)
    {
        if ((Count != 1 && Count != axes) || Array.Exists(_numbers, n => n < least))
            throw new ArgumentException($"{name} must be an integer, {least} or more, or {axes} of them. Received: {this}.", name);
        return Count == axes ? this : Create([.. Enumerable.Repeat(_numbers[0], axes)]);
    }

    /// <summary>The numbers as Python writes them: <c>(3, 5)</c>.</summary>
    public override string ToString() => Count == 1 ? $"{_numbers[0]}" : $"({string.Join(", ", _numbers)})";

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)_numbers).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
