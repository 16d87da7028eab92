using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that subtracts its second input from the first: <c>x1 - x2</c>.</summary>
/// <example><code>var y = new Subtract().Apply([x1, x2]);</code></example>
public sealed class Subtract : Merge
{
    /// <summary>Creates the layer.</summary>
    public Subtract()
    {
    }

    private Subtract(ConfigReader reader)
        : base(reader)
    {
    }

    private protected override Tensor Combine(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> masks) => inputs[0] - inputs[1];

    private protected override void CheckCount(int count) => RequireTwo(count);

    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Subtract FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Subtract(reader));
}
