using Descent.Layers;

namespace Descent;

/// <summary>
/// A tensor without values: what <see cref="Keras.Input"/> and layers applied to it give. It knows its shape and where it comes from, and
/// <see cref="Model"/> makes a network of that.
/// </summary>
/// <example><code>
/// var inputs = Keras.Input([10]);
/// var x = new Dense(64, "relu").Apply(inputs);
/// var outputs = new Dense(1).Apply(x);
/// var model = new Model(inputs, outputs);
/// </code></example>
public sealed class KerasTensor
{
    internal KerasTensor(LayerNode node, int index, Shape shape, DType dtype) => (Node, Index, Shape, DType) = (node, index, shape, dtype);

    /// <summary>The shape, batch dimension first; -1 for any.</summary>
    public Shape Shape { get; }

    /// <summary>The type of the elements.</summary>
    public DType DType { get; }

    /// <summary>The layer whose output this is.</summary>
    public Layer Layer => Node.Layer;

    /// <summary>The name of the layer.</summary>
    public string Name => Layer.Name;

    /// <summary>The use of the layer that gives this.</summary>
    internal LayerNode Node { get; }

    /// <summary>Which of its outputs.</summary>
    internal int Index { get; }

    /// <summary>Adds with an <see cref="Layers.Add"/> layer.</summary>
    /// <param name="x">A symbolic tensor.</param>
    /// <param name="y">Another one.</param>
    public static KerasTensor operator +(KerasTensor x, KerasTensor y) => new Add().Apply([x, y]);

    /// <summary>Subtracts with a <see cref="Layers.Subtract"/> layer.</summary>
    /// <param name="x">A symbolic tensor.</param>
    /// <param name="y">What is subtracted.</param>
    public static KerasTensor operator -(KerasTensor x, KerasTensor y) => new Subtract().Apply([x, y]);

    /// <summary>Multiplies with a <see cref="Layers.Multiply"/> layer.</summary>
    /// <param name="x">A symbolic tensor.</param>
    /// <param name="y">Another one.</param>
    public static KerasTensor operator *(KerasTensor x, KerasTensor y) => new Multiply().Apply([x, y]);

    /// <summary>Adds a number with a <see cref="Rescaling"/> layer.</summary>
    /// <param name="x">A symbolic tensor.</param>
    /// <param name="y">The number.</param>
    public static KerasTensor operator +(KerasTensor x, double y) => new Rescaling(1, y).Apply(x);

    /// <summary>Subtracts a number with a <see cref="Rescaling"/> layer.</summary>
    /// <param name="x">A symbolic tensor.</param>
    /// <param name="y">The number.</param>
    public static KerasTensor operator -(KerasTensor x, double y) => new Rescaling(1, -y).Apply(x);

    /// <summary>Multiplies by a number with a <see cref="Rescaling"/> layer.</summary>
    /// <param name="x">A symbolic tensor.</param>
    /// <param name="y">The number.</param>
    public static KerasTensor operator *(KerasTensor x, double y) => new Rescaling(y).Apply(x);

    /// <summary>Divides by a number with a <see cref="Rescaling"/> layer.</summary>
    /// <param name="x">A symbolic tensor.</param>
    /// <param name="y">The number.</param>
    public static KerasTensor operator /(KerasTensor x, double y) => new Rescaling(1 / y).Apply(x);

    /// <summary>The shape, the type and the layer.</summary>
    public override string ToString() => $"KerasTensor(shape={Shape}, dtype={DType.KerasName()}, name={Name})";
}
