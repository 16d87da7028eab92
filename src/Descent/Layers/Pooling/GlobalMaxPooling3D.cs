using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that keeps the largest number over three axes, those of a volume, channel by channel.</summary>
/// <remarks>Input <c>(batch, depth, height, width, channels)</c>, output <c>(batch, channels)</c>, or with its spatial axes of size 1.</remarks>
/// <example><code>new GlobalMaxPooling3D()</code></example>
public sealed class GlobalMaxPooling3D : GlobalMaxPooling
{
    /// <summary>Creates the layer.</summary>
    public GlobalMaxPooling3D()
        : base(3)
    {
    }

    private GlobalMaxPooling3D(ConfigReader reader)
        : base(3, reader)
    {
    }

    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static GlobalMaxPooling3D FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new GlobalMaxPooling3D(reader));
}
