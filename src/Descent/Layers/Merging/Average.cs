using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that takes the mean of its inputs: <c>(x1 + x2 + …) / n</c>.</summary>
/// <example><code>var y = new Average().Apply([x1, x2]);</code></example>
public sealed class Average : Merge
{
    /// <summary>Creates the layer.</summary>
    public Average()
    {
    }

    private Average(ConfigReader reader)
        : base(reader)
    {
    }

    private protected override Tensor Combine(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> masks) => Sum(inputs) / inputs.Count;

    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Average FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Average(reader));
}
