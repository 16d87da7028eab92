using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that keeps the largest number over one axis, such as time, channel by channel.</summary>
/// <remarks>Input <c>(batch, steps, channels)</c>, output <c>(batch, channels)</c>, or with its spatial axes of size 1.</remarks>
/// <example><code>new GlobalMaxPooling1D()</code></example>
public sealed class GlobalMaxPooling1D : GlobalMaxPooling
{
    /// <summary>Creates the layer.</summary>
    public GlobalMaxPooling1D()
        : base(1)
    {
    }

    private GlobalMaxPooling1D(ConfigReader reader)
        : base(1, reader)
    {
    }

    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static GlobalMaxPooling1D FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new GlobalMaxPooling1D(reader));
}
