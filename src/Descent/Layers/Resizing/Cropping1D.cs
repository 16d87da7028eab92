using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that cuts the edges of its input off on one axis, such as time.</summary>
/// <remarks>Input <c>(batch, steps, channels)</c>, output the same with smaller spatial axes.</remarks>
/// <example><code>new Cropping1D((1, 2))</code></example>
public sealed class Cropping1D : BorderLayer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="cropping">What is cut off on each side of each spatial axis, 0 or more; default 1.</param>
    /// <exception cref="ArgumentException">The number is negative.</exception>
    public Cropping1D(int cropping = 1)
        : this((cropping, cropping))
    {
    }

    /// <summary>Creates the layer.</summary>
    /// <param name="cropping">What is cut off before and after each spatial axis, 0 or more.</param>
    /// <exception cref="ArgumentException">A number is negative.</exception>
    public Cropping1D((int Before, int After) cropping)
        : base(1, "cropping", [cropping])
    {
    }

    private Cropping1D(ConfigReader reader)
        : base(1, "cropping", reader)
    {
    }

    private protected override int Sign => -1;

    private protected override bool HasDataFormat => false;

    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static Cropping1D FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Cropping1D(reader));
}
