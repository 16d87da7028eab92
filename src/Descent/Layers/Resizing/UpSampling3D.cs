using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that enlarges three axes, those of a volume, by repeating what stands there.</summary>
/// <remarks>Input <c>(batch, depth, height, width, channels)</c>, output the same with each spatial axis as many times as large as <c>Size</c> says.</remarks>
/// <example><code>new UpSampling3D(2)</code></example>
public sealed class UpSampling3D : UpSampling
{
    /// <summary>Creates the layer.</summary>
    /// <param name="size">How many times as large each spatial axis becomes, 1 or more; default 2.</param>
    /// <exception cref="ArgumentException">A number is less than 1, or they are neither one nor one per axis.</exception>
    public UpSampling3D(PerAxis? size = null)
        : base(3, size ?? 2)
    {
    }

    private UpSampling3D(ConfigReader reader)
        : base(3, reader)
    {
    }

    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static UpSampling3D FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new UpSampling3D(reader));
}
