using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that puts zeros around its input on one axis, such as time.</summary>
/// <remarks>Input <c>(batch, steps, channels)</c>, output the same with larger spatial axes.</remarks>
/// <example><code>new ZeroPadding1D((1, 2))</code></example>
public sealed class ZeroPadding1D : BorderLayer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="padding">What is added on each side of each spatial axis, 0 or more; default 1.</param>
    /// <exception cref="ArgumentException">The number is negative.</exception>
    public ZeroPadding1D(int padding = 1)
        : this((padding, padding))
    {
    }

    /// <summary>Creates the layer.</summary>
    /// <param name="padding">What is added before and after each spatial axis, 0 or more.</param>
    /// <exception cref="ArgumentException">A number is negative.</exception>
    public ZeroPadding1D((int Before, int After) padding)
        : base(1, "padding", [padding])
    {
    }

    private ZeroPadding1D(ConfigReader reader)
        : base(1, "padding", reader)
    {
    }

    private protected override int Sign => 1;

    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static ZeroPadding1D FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new ZeroPadding1D(reader));
}
