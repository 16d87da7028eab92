using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>The axes that a layer normalizes along.</summary>
internal static class NormalizedAxes
{
    /// <summary>One axis, counted from the front.</summary>
    /// <exception cref="ArgumentException">The shape does not have it.</exception>
    public static int Place(Layer layer, int axis, Shape shape) => axis >= -shape.Rank && axis < shape.Rank
        ? axis < 0 ? axis + shape.Rank : axis
        : throw layer.Refusal($"Axis {axis} of layer '{layer.Name}' must lie within its input. Received shape {shape}.", nameof(shape));

    /// <summary>Several axes, counted from the front and in order.</summary>
    /// <exception cref="ArgumentException">The shape does not have one, or one is named twice.</exception>
    public static int[] Places(Layer layer, IReadOnlyList<int> axes, Shape shape)
    {
        int[] places = [.. axes.Select(a => Place(layer, a, shape)).Order()];
        return places.Distinct().Count() == places.Length ? places : throw layer.Refusal(
            $"Layer '{layer.Name}' must name each axis once. Received: [{string.Join(", ", axes)}] for an input of shape {shape}.", nameof(axes));
    }

    /// <summary>The sizes of axes, which have to be known.</summary>
    /// <exception cref="ArgumentException">One is not.</exception>
    public static Shape Sizes(Layer layer, int[] places, Shape shape) => Array.TrueForAll(places, p => shape[p] > 0)
        ? Shape.Create([.. places.Select(p => shape[p])])
        : throw layer.Refusal($"Layer '{layer.Name}' must know the axes [{string.Join(", ", places)}] of its input. Received shape {shape}.", nameof(shape));

    /// <summary>Throws if an input differs along axes from what the layer was built for.</summary>
    public static void CheckInput(Layer layer, ReadOnlySpan<int> places, Tensor x)
    {
        var built = layer.BuildShape ?? throw new InvalidOperationException($"Layer '{layer.Name}' must be built before it is called. Call Build with the input's shape, or Apply.");
        var fits = x.Rank == built.Rank;
        for (var i = 0; fits && i < places.Length; i++) fits = x.Shape[places[i]] == built[places[i]];
        if (!fits) throw layer.Refusal($"Layer '{layer.Name}' was built for inputs of shape {built}. Received shape {x.Shape}.", nameof(x));
    }

    /// <summary>Reads one axis or several.</summary>
    public static IReadOnlyList<int> Read(ConfigReader reader, IReadOnlyList<int> absent) =>
        !reader.Has("axis") ? absent : reader.Node("axis") is JsonArray ? Check(reader.Ints("axis")) : [reader.Int("axis")];

    /// <summary>At least one axis.</summary>
    public static IReadOnlyList<int> Check(IReadOnlyList<int> axes)
    {
        ArgumentNullException.ThrowIfNull(axes);
        return axes.Count > 0 ? [.. axes] : throw new ArgumentException("Axis must name at least one axis. Received: none.", nameof(axes));
    }
}
