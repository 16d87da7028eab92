using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>Dropout that drops whole channels of <c>(batch, time, channels)</c>.</summary>
public sealed class SpatialDropout1D : SpatialDropout
{
    /// <summary>Creates the layer.</summary>
    /// <param name="rate">The part of the channels to drop, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside of [0, 1].</exception>
    public SpatialDropout1D(double rate)
        : base(rate, 1)
    {
    }

    private SpatialDropout1D(ConfigReader reader)
        : base(reader, 1)
    {
    }

    /// <summary>Makes the layer from what <see cref="SpatialDropout.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static SpatialDropout1D FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new SpatialDropout1D(reader));
}
