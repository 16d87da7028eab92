using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that keeps the mean over two axes, those of an image, channel by channel.</summary>
/// <remarks>Input <c>(batch, height, width, channels)</c>, output <c>(batch, channels)</c>, or with its spatial axes of size 1.</remarks>
/// <example><code>new GlobalAveragePooling2D()</code></example>
public sealed class GlobalAveragePooling2D : GlobalAveragePooling
{
    /// <summary>Creates the layer.</summary>
    public GlobalAveragePooling2D()
        : base(2)
    {
    }

    private GlobalAveragePooling2D(ConfigReader reader)
        : base(2, reader)
    {
    }

    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static GlobalAveragePooling2D FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new GlobalAveragePooling2D(reader));
}
