using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>Dropout that drops whole channels of <c>(batch, rows, columns, channels)</c>.</summary>
public sealed class SpatialDropout2D : SpatialDropout
{
    /// <summary>Creates the layer.</summary>
    /// <param name="rate">The part of the channels to drop, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside of [0, 1].</exception>
    public SpatialDropout2D(double rate)
        : base(rate, 2)
    {
    }

    private SpatialDropout2D(ConfigReader reader)
        : base(reader, 2)
    {
    }

    /// <inheritdoc cref="SpatialDropout.DataFormat"/>
    /// <exception cref="ArgumentException">The value is neither.</exception>
    public new string DataFormat
    {
        get => base.DataFormat;
        init => base.DataFormat = value;
    }

    /// <summary>Makes the layer from what <see cref="SpatialDropout.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static SpatialDropout2D FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new SpatialDropout2D(reader));
}
