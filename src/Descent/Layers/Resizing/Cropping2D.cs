using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that cuts the edges of its input off on two axes, those of an image.</summary>
/// <remarks>Input <c>(batch, height, width, channels)</c>, output the same with smaller spatial axes.</remarks>
/// <example><code>new Cropping2D(((1, 0), (2, 1)))</code></example>
public sealed class Cropping2D : BorderLayer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="cropping">What is cut off on each side of each spatial axis, 0 or more; default 0.</param>
    /// <exception cref="ArgumentException">The number is negative.</exception>
    public Cropping2D(int cropping = 0)
        : this(((cropping, cropping), (cropping, cropping)))
    {
    }

    /// <summary>Creates the layer.</summary>
    /// <param name="cropping">What is cut off on both sides of each spatial axis, 0 or more.</param>
    /// <exception cref="ArgumentException">A number is negative.</exception>
    public Cropping2D((int Height, int Width) cropping)
        : this(((cropping.Height, cropping.Height), (cropping.Width, cropping.Width)))
    {
    }

    /// <summary>Creates the layer.</summary>
    /// <param name="cropping">What is cut off before and after each spatial axis, 0 or more.</param>
    /// <exception cref="ArgumentException">A number is negative.</exception>
    public Cropping2D(((int Before, int After) Height, (int Before, int After) Width) cropping)
        : base(2, "cropping", [cropping.Height, cropping.Width])
    {
    }

    private Cropping2D(ConfigReader reader)
        : base(2, "cropping", reader)
    {
    }

    private protected override int Sign => -1;

    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static Cropping2D FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Cropping2D(reader));
}
