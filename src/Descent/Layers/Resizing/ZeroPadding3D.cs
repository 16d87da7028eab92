using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that puts zeros around its input on three axes, those of a volume.</summary>
/// <remarks>Input <c>(batch, depth, height, width, channels)</c>, output the same with larger spatial axes.</remarks>
/// <example><code>new ZeroPadding3D(((1, 0), (2, 1), (0, 0)))</code></example>
public sealed class ZeroPadding3D : BorderLayer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="padding">What is added on each side of each spatial axis, 0 or more; default 1.</param>
    /// <exception cref="ArgumentException">The number is negative.</exception>
    public ZeroPadding3D(int padding = 1)
        : this(((padding, padding), (padding, padding), (padding, padding)))
    {
    }

    /// <summary>Creates the layer.</summary>
    /// <param name="padding">What is added on both sides of each spatial axis, 0 or more.</param>
    /// <exception cref="ArgumentException">A number is negative.</exception>
    public ZeroPadding3D((int Depth, int Height, int Width) padding)
        : this(((padding.Depth, padding.Depth), (padding.Height, padding.Height), (padding.Width, padding.Width)))
    {
    }

    /// <summary>Creates the layer.</summary>
    /// <param name="padding">What is added before and after each spatial axis, 0 or more.</param>
    /// <exception cref="ArgumentException">A number is negative.</exception>
    public ZeroPadding3D(((int Before, int After) Depth, (int Before, int After) Height, (int Before, int After) Width) padding)
        : base(3, "padding", [padding.Depth, padding.Height, padding.Width])
    {
    }

    private ZeroPadding3D(ConfigReader reader)
        : base(3, "padding", reader)
    {
    }

    private protected override int Sign => 1;

    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static ZeroPadding3D FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new ZeroPadding3D(reader));
}
