using Descent.Layers;

namespace Descent;

/// <summary>What Keras has at its top level: <c>Keras.Input(shape)</c>, or <c>Input(shape)</c> with <c>using static Descent.Keras;</c>.</summary>
public static class Keras
{
    /// <summary>Begins a model of the functional API.</summary>
    /// <param name="shape">The shape of one sample, without the batch dimension; -1 for any size.</param>
    /// <param name="batchSize">The number of samples of a batch, if only one is allowed. Default null: any.</param>
    /// <param name="dtype">The type of the input. Default float32.</param>
    /// <param name="name">The name of the input; default <c>input_layer</c>, numbered within the model.</param>
    /// <returns>A symbolic tensor to apply layers to.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batchSize"/> is less than 1.</exception>
    public static KerasTensor Input(Shape shape, int? batchSize = null, DType dtype = DType.Float32, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(shape);
        Check.AtLeast(1, batchSize ?? 1, nameof(batchSize));
        var layer = name is null ? new InputLayer(shape, batchSize) { DType = dtype.KerasName() } : new InputLayer(shape, batchSize) { DType = dtype.KerasName(), Name = name };
        return layer.Output;
    }
}
