using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that keeps the mean of each window over three axes, those of a volume, channel by channel.</summary>
/// <remarks>Input <c>(batch, depth, height, width, channels)</c>, output the same with smaller spatial axes.</remarks>
/// <example><code>new AveragePooling3D(2)</code></example>
public sealed class AveragePooling3D : AveragePooling
{
    /// <summary>Creates the layer.</summary>
    /// <param name="poolSize">The size of the window on each spatial axis, 1 or more; default 2.</param>
    /// <exception cref="ArgumentException">A number is less than 1, or they are neither one nor one per axis.</exception>
    public AveragePooling3D(PerAxis? poolSize = null)
        : base(3, poolSize)
    {
    }

    private AveragePooling3D(ConfigReader reader)
        : base(3, reader)
    {
    }

    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static AveragePooling3D FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new AveragePooling3D(reader));
}
