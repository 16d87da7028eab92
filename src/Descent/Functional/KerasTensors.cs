using System.Runtime.CompilerServices;

namespace Descent;

/// <summary>The inputs or outputs of a model: one symbolic tensor, a list <c>[a, b]</c>, or by name <c>new() { ["title"] = a }</c>.</summary>
[CollectionBuilder(typeof(KerasTensors), nameof(Create))]
public sealed class KerasTensors : Bundle<KerasTensor>
{
    /// <summary>Creates an empty one, to be filled by name.</summary>
    public KerasTensors()
        : base(ReadOnlySpan<KerasTensor>.Empty)
    {
    }

    private KerasTensors(KerasTensor tensor)
        : base(tensor)
    {
    }

    private KerasTensors(ReadOnlySpan<KerasTensor> tensors)
        : base(tensors)
    {
    }

    /// <summary>Makes one of a list.</summary>
    /// <param name="tensors">The symbolic tensors.</param>
    public static KerasTensors Create(params ReadOnlySpan<KerasTensor> tensors) => new(tensors);

    /// <summary>Makes one of a single symbolic tensor.</summary>
    /// <param name="tensor">The symbolic tensor.</param>
    public static implicit operator KerasTensors(KerasTensor tensor) => new(tensor);

    /// <summary>Makes one of an array.</summary>
    /// <param name="tensors">The symbolic tensors.</param>
    public static implicit operator KerasTensors(KerasTensor[] tensors) => new(tensors);
}
