using Descent.Layers;

namespace Descent;

/// <summary>One use of a layer in the functional API: what went in and what came out. A shared layer has several.</summary>
internal sealed class LayerNode
{
    private static long s_last;

    public LayerNode(Layer layer, IReadOnlyList<KerasTensor> inputs, IReadOnlyList<Shape> outputShapes, DType dtype, int maskRank, bool? training, LayerCall call, string? lastName)
    {
        (Layer, Inputs, Training, Call, LastName) = (layer, inputs, training, call, lastName);
        Outputs = [.. outputShapes.Select((shape, i) => new KerasTensor(this, i, shape, dtype, i == 0 ? maskRank : 0))];
    }

    public Layer Layer { get; }

    /// <summary>All tensors that the call needs.</summary>
    public IReadOnlyList<KerasTensor> Inputs { get; }

    /// <summary>Under which name the call takes the last of them, <see cref="LayerCall.MaskName"/> or <see cref="LayerCall.AttentionMaskName"/>; null: it is an input like the others.</summary>
    public string? LastName { get; }

    public IReadOnlyList<KerasTensor> Outputs { get; }

    /// <summary>Whether the layer runs as in training, whatever the model does; null: as the model.</summary>
    public bool? Training { get; }

    /// <summary>What the layer is called with beside its inputs.</summary>
    public LayerCall Call { get; }

    /// <summary>Counts the uses of all layers.</summary>
    public long Order { get; } = Interlocked.Increment(ref s_last);
}
