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
    internal KerasTensor(LayerNode node, int index, Shape shape, DType dtype, int maskRank) => (Node, Index, Shape, DType, MaskRank) = (node, index, shape, dtype, maskRank);

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

    /// <summary>How many of the leading dimensions its mask has; 0: it carries none.</summary>
    internal int MaskRank { get; }

    /// <summary>Adds, with NumPy's broadcasting: Keras' operation <c>Add</c>.</summary>
    /// <param name="x">A symbolic tensor.</param>
    /// <param name="y">A symbolic tensor.</param>
    public static KerasTensor operator +(KerasTensor x, KerasTensor y) => Operation.Apply("Add", x, y);

    /// <summary>Adds, with NumPy's broadcasting: Keras' operation <c>Add</c>.</summary>
    /// <param name="x">A symbolic tensor.</param>
    /// <param name="y">A number.</param>
    public static KerasTensor operator +(KerasTensor x, double y) => Operation.Apply("Add", x, y);

    /// <summary>Adds, with NumPy's broadcasting: Keras' operation <c>Add</c>.</summary>
    /// <param name="x">A symbolic tensor.</param>
    /// <param name="y">An integer, which leaves integers what they are.</param>
    public static KerasTensor operator +(KerasTensor x, int y) => Operation.Apply("Add", x, y);

    /// <summary>Adds, with NumPy's broadcasting: Keras' operation <c>Add</c>.</summary>
    /// <param name="x">A number.</param>
    /// <param name="y">A symbolic tensor.</param>
    public static KerasTensor operator +(double x, KerasTensor y) => Operation.Apply("Add", x, y);

    /// <summary>Adds, with NumPy's broadcasting: Keras' operation <c>Add</c>.</summary>
    /// <param name="x">An integer, which leaves integers what they are.</param>
    /// <param name="y">A symbolic tensor.</param>
    public static KerasTensor operator +(int x, KerasTensor y) => Operation.Apply("Add", x, y);

    /// <summary>Subtracts, with NumPy's broadcasting: Keras' operation <c>Subtract</c>.</summary>
    /// <param name="x">A symbolic tensor.</param>
    /// <param name="y">What is subtracted.</param>
    public static KerasTensor operator -(KerasTensor x, KerasTensor y) => Operation.Apply("Subtract", x, y);

    /// <summary>Subtracts, with NumPy's broadcasting: Keras' operation <c>Subtract</c>.</summary>
    /// <param name="x">A symbolic tensor.</param>
    /// <param name="y">A number.</param>
    public static KerasTensor operator -(KerasTensor x, double y) => Operation.Apply("Subtract", x, y);

    /// <summary>Subtracts, with NumPy's broadcasting: Keras' operation <c>Subtract</c>.</summary>
    /// <param name="x">A symbolic tensor.</param>
    /// <param name="y">An integer, which leaves integers what they are.</param>
    public static KerasTensor operator -(KerasTensor x, int y) => Operation.Apply("Subtract", x, y);

    /// <summary>Subtracts, with NumPy's broadcasting: Keras' operation <c>Subtract</c>.</summary>
    /// <param name="x">A number.</param>
    /// <param name="y">What is subtracted.</param>
    public static KerasTensor operator -(double x, KerasTensor y) => Operation.Apply("Subtract", x, y);

    /// <summary>Subtracts, with NumPy's broadcasting: Keras' operation <c>Subtract</c>.</summary>
    /// <param name="x">An integer, which leaves integers what they are.</param>
    /// <param name="y">What is subtracted.</param>
    public static KerasTensor operator -(int x, KerasTensor y) => Operation.Apply("Subtract", x, y);

    /// <summary>Multiplies, with NumPy's broadcasting: Keras' operation <c>Multiply</c>.</summary>
    /// <param name="x">A symbolic tensor.</param>
    /// <param name="y">A symbolic tensor.</param>
    public static KerasTensor operator *(KerasTensor x, KerasTensor y) => Operation.Apply("Multiply", x, y);

    /// <summary>Multiplies, with NumPy's broadcasting: Keras' operation <c>Multiply</c>.</summary>
    /// <param name="x">A symbolic tensor.</param>
    /// <param name="y">A number.</param>
    public static KerasTensor operator *(KerasTensor x, double y) => Operation.Apply("Multiply", x, y);

    /// <summary>Multiplies, with NumPy's broadcasting: Keras' operation <c>Multiply</c>.</summary>
    /// <param name="x">A symbolic tensor.</param>
    /// <param name="y">An integer, which leaves integers what they are.</param>
    public static KerasTensor operator *(KerasTensor x, int y) => Operation.Apply("Multiply", x, y);

    /// <summary>Multiplies, with NumPy's broadcasting: Keras' operation <c>Multiply</c>.</summary>
    /// <param name="x">A number.</param>
    /// <param name="y">A symbolic tensor.</param>
    public static KerasTensor operator *(double x, KerasTensor y) => Operation.Apply("Multiply", x, y);

    /// <summary>Multiplies, with NumPy's broadcasting: Keras' operation <c>Multiply</c>.</summary>
    /// <param name="x">An integer, which leaves integers what they are.</param>
    /// <param name="y">A symbolic tensor.</param>
    public static KerasTensor operator *(int x, KerasTensor y) => Operation.Apply("Multiply", x, y);

    /// <summary>Divides, with NumPy's broadcasting: Keras' operation <c>TrueDivide</c>.</summary>
    /// <param name="x">A symbolic tensor.</param>
    /// <param name="y">The divisor.</param>
    public static KerasTensor operator /(KerasTensor x, KerasTensor y) => Operation.Apply("TrueDivide", x, y);

    /// <summary>Divides, with NumPy's broadcasting: Keras' operation <c>TrueDivide</c>.</summary>
    /// <param name="x">A symbolic tensor.</param>
    /// <param name="y">A number.</param>
    public static KerasTensor operator /(KerasTensor x, double y) => Operation.Apply("TrueDivide", x, y);

    /// <summary>Divides, with NumPy's broadcasting: Keras' operation <c>TrueDivide</c>.</summary>
    /// <param name="x">A symbolic tensor.</param>
    /// <param name="y">An integer.</param>
    public static KerasTensor operator /(KerasTensor x, int y) => Operation.Apply("TrueDivide", x, y);

    /// <summary>Divides, with NumPy's broadcasting: Keras' operation <c>TrueDivide</c>.</summary>
    /// <param name="x">A number.</param>
    /// <param name="y">The divisor.</param>
    public static KerasTensor operator /(double x, KerasTensor y) => Operation.Apply("TrueDivide", x, y);

    /// <summary>Divides, with NumPy's broadcasting: Keras' operation <c>TrueDivide</c>.</summary>
    /// <param name="x">An integer.</param>
    /// <param name="y">The divisor.</param>
    public static KerasTensor operator /(int x, KerasTensor y) => Operation.Apply("TrueDivide", x, y);

    /// <summary>Changes the sign: Keras' operation <c>Negative</c>.</summary>
    /// <param name="x">A symbolic tensor.</param>
    public static KerasTensor operator -(KerasTensor x) => Operation.Apply("Negative", x);

    /// <summary>The layer of an input, so that <c>new Sequential([Keras.Input([10]), new Dense(1)])</c> can be written.</summary>
    /// <param name="input">What <see cref="Keras.Input"/> gave.</param>
    /// <exception cref="ArgumentException">The tensor is what another layer gave.</exception>
    public static implicit operator Layer(KerasTensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Layer is InputLayer layer ? layer : throw new ArgumentException(
            $"Among the layers of a model there can only be a symbolic tensor that Keras.Input gave. Received: an output of layer '{input.Name}'.", nameof(input));
    }

    /// <summary>The shape, the type and the layer.</summary>
    public override string ToString() => $"KerasTensor(shape={Shape}, dtype={DType.KerasName()}, name={Name})";
}
