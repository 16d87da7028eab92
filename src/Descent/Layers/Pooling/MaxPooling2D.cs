using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that keeps the largest number of each window over two axes, those of an image, channel by channel.</summary>
/// <remarks>Input <c>(batch, height, width, channels)</c>, output the same with smaller spatial axes.</remarks>
/// <example><code>new MaxPooling2D(2)</code></example>
public sealed class MaxPooling2D : MaxPooling
{
    /// <summary>Creates the layer.</summary>
    /// <param name="poolSize">The size of the window on each spatial axis, 1 or more; default 2.</param>
    /// <exception cref="ArgumentException">A number is less than 1, or they are neither one nor one per axis.</exception>
    public MaxPooling2D(PerAxis? poolSize = null)
        : base(2, poolSize)
    {
    }

    private MaxPooling2D(ConfigReader reader)
        : base(2, reader)
    {
    }

    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static MaxPooling2D FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new MaxPooling2D(reader));
}
