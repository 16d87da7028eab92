using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that keeps the largest number over two axes, those of an image, channel by channel.</summary>
/// <remarks>Input <c>(batch, height, width, channels)</c>, output <c>(batch, channels)</c>, or with its spatial axes of size 1.</remarks>
/// <example><code>new GlobalMaxPooling2D()</code></example>
public sealed class GlobalMaxPooling2D : GlobalMaxPooling
{
    /// <summary>Creates the layer.</summary>
    public GlobalMaxPooling2D()
        : base(2)
    {
    }

    private GlobalMaxPooling2D(ConfigReader reader)
        : base(2, reader)
    {
    }

    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static GlobalMaxPooling2D FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new GlobalMaxPooling2D(reader));
}
