using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Descent;

/// <summary>The data of a model with several inputs or outputs: one tensor, a list <c>[a, b]</c>, or by name <c>new() { ["title"] = a }</c>.</summary>
/// <example><code>
/// model.Fit([titles, bodies], new() { ["priority"] = priorities, ["department"] = departments });
/// </code></example>
[CollectionBuilder(typeof(Tensors), nameof(Create))]
public sealed class Tensors : Bundle<Tensor>
{
    /// <summary>Creates an empty one, to be filled by name.</summary>
    public Tensors()
        : base(ReadOnlySpan<Tensor>.Empty)
    {
    }

    private Tensors(Tensor tensor)
        : base(tensor)
    {
    }

    private Tensors(ReadOnlySpan<Tensor> tensors)
        : base(tensors)
    {
    }

    /// <summary>Makes one of a list.</summary>
    /// <param name="tensors">The tensors.</param>
    public static Tensors Create(params ReadOnlySpan<Tensor> tensors) => new(tensors);

    /// <summary>Makes one of a single tensor; null of null.</summary>
    /// <param name="tensor">The tensor.</param>
    [return: NotNullIfNotNull(nameof(tensor))]
    public static implicit operator Tensors?(Tensor? tensor) => tensor is null ? null : new(tensor);

    /// <summary>Makes one of a single array of floats, one row per element, as <see cref="Tensor"/> takes it.</summary>
    /// <param name="values">The values.</param>
    public static implicit operator Tensors(float[] values) => (Tensor)values;

    /// <summary>Makes one of a single array of floats, as <see cref="Tensor"/> takes it.</summary>
    /// <param name="values">The values.</param>
    public static implicit operator Tensors(float[,] values) => (Tensor)values;

    /// <summary>Makes one of a single array of floats, as <see cref="Tensor"/> takes it.</summary>
    /// <param name="values">The values.</param>
    public static implicit operator Tensors(float[,,] values) => (Tensor)values;

    /// <summary>Makes one of a single array of floats, as <see cref="Tensor"/> takes it.</summary>
    /// <param name="values">The values.</param>
    public static implicit operator Tensors(float[,,,] values) => (Tensor)values;

    /// <summary>Makes one of a single array of integers, one row per element, as <see cref="Tensor"/> takes it.</summary>
    /// <param name="values">The values.</param>
    public static implicit operator Tensors(int[] values) => (Tensor)values;

    /// <summary>Makes one of a single array of integers, as <see cref="Tensor"/> takes it.</summary>
    /// <param name="values">The values.</param>
    public static implicit operator Tensors(int[,] values) => (Tensor)values;

    /// <summary>Makes one of a single array of truth values, one row per element, as <see cref="Tensor"/> takes it.</summary>
    /// <param name="values">The values.</param>
    public static implicit operator Tensors(bool[] values) => (Tensor)values;

    /// <summary>Makes one of a single array of rows of floats, as <see cref="Tensor"/> takes it.</summary>
    /// <param name="values">The values.</param>
    public static implicit operator Tensors(float[][] values) => (Tensor)values;

    /// <summary>Makes one of an array.</summary>
    /// <param name="tensors">The tensors.</param>
    public static implicit operator Tensors(Tensor[] tensors) => new(tensors);
}
