using System.Text.Json.Nodes;

namespace Descent.Initializers;

/// <summary>Makes a matrix with <see cref="Gain"/> on the diagonal and 0 elsewhere.</summary>
/// <param name="gain">The value on the diagonal; default 1.</param>
public sealed class Identity(double gain = 1.0) : Initializer
{
    /// <summary>The value on the diagonal.</summary>
    public double Gain { get; } = gain;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shape is not that of a matrix.</exception>
    public override Tensor Call(Shape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Rank != 2)
            throw new ArgumentException($"Identity needs the shape of a matrix. Received: {shape}.", nameof(shape));

        var matrix = Tensor.Zeros(shape);
        for (var i = 0; i < Math.Min(shape[0], shape[1]); i++)
            matrix.Floats[i * shape[1] + i] = (float)Gain;
        return matrix;
    }

    /// <inheritdoc/>
    /// <remarks>Keras reads <c>gain</c> but forgets to write it; it is written here where it is not the default.</remarks>
    public override JsonObject GetConfig() => Gain == 1.0 ? [] : new() { ["gain"] = KerasJson.Float(Gain) };

    /// <summary>Makes the initializer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new initializer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Identity FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Identity(reader.Double("gain", 1.0)));
}
