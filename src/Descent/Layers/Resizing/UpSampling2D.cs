using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that enlarges two axes, those of an image, by repeating rows and columns or by interpolation.</summary>
/// <remarks>Input <c>(batch, height, width, channels)</c>, output the same with each spatial axis as many times as large as <c>Size</c> says.</remarks>
/// <example><code>new UpSampling2D(2) { Interpolation = "bilinear" }</code></example>
public sealed class UpSampling2D : UpSampling
{
    /// <summary>Creates the layer.</summary>
    /// <param name="size">How many times as large each spatial axis becomes, 1 or more; default 2.</param>
    /// <exception cref="ArgumentException">A number is less than 1, or they are neither one nor one per axis.</exception>
    public UpSampling2D(PerAxis? size = null)
        : base(2, size ?? 2)
    {
    }

    private UpSampling2D(ConfigReader reader)
        : base(2, reader) => Interpolation = reader.String("interpolation", Interpolation);

    /// <summary>What stands between: <c>"nearest"</c> (the default: each number is repeated), <c>"bilinear"</c>, <c>"bicubic"</c>, <c>"lanczos3"</c> or <c>"lanczos5"</c>.</summary>
    /// <exception cref="ArgumentException">The value is none of these.</exception>
    public string Interpolation
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value.ToLowerInvariant();
            if (field != Nearest) Layers.Interpolation.Check(field);
        }
    } = Nearest;

    private protected override Tensor Compute(Tensor x)
    {
        if (Interpolation == Nearest) return base.Compute(x);
        for (var i = 0; i < Axes; i++) x = Layers.Interpolation.Enlarge(x, i + 1, Size[i], Interpolation);
        return x;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["interpolation"] = Interpolation;
        return config;
    }

    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static UpSampling2D FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new UpSampling2D(reader));
}
