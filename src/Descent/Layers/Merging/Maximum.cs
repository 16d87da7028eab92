using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that takes the largest of its inputs, element by element. Where only some of them count by their masks, it is the largest of those.</summary>
/// <example><code>var y = new Maximum().Apply([x1, x2]);</code></example>
public sealed class Maximum : Merge
{
    /// <summary>Creates the layer.</summary>
    public Maximum()
    {
    }

    private Maximum(ConfigReader reader)
        : base(reader)
    {
    }

    private protected override Tensor Combine(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> masks) => Choose(inputs, masks, Ops.Maximum);

    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Maximum FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Maximum(reader));
}
