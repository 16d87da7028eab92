using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that enlarges one axis, such as time, by repeating what stands there.</summary>
/// <remarks>Input <c>(batch, steps, channels)</c>, output the same with each spatial axis as many times as large as <c>Size</c> says.</remarks>
/// <example><code>new UpSampling1D(2)</code></example>
public sealed class UpSampling1D : UpSampling
{
    /// <summary>Creates the layer.</summary>
    /// <param name="size">How many times as large the axis becomes, 1 or more; default 2.</param>
    /// <exception cref="ArgumentException">A number is less than 1.</exception>
    public UpSampling1D(int size = 2)
        : base(1, size)
    {
    }

    private UpSampling1D(ConfigReader reader)
        : base(1, reader)
    {
    }

    private protected override bool HasDataFormat => false;

    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static UpSampling1D FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new UpSampling1D(reader));
}
