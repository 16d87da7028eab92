using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that adds its inputs: <c>x1 + x2 + …</c>.</summary>
/// <example><code>var y = new Add().Apply([x1, x2]);</code></example>
public sealed class Add : Merge
{
    /// <summary>Creates the layer.</summary>
    public Add()
    {
    }

    private Add(ConfigReader reader)
        : base(reader)
    {
    }

    private protected override Tensor Combine(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> masks) => Sum(inputs);

    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Add FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Add(reader));
}
