using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that multiplies its inputs: <c>x1 · x2 · …</c>. A factor that does not count by its mask is taken as 1, and where none counts the product is 0.</summary>
/// <example><code>var y = new Multiply().Apply([x1, x2]);</code></example>
public sealed class Multiply : Merge
{
    /// <summary>Creates the layer.</summary>
    public Multiply()
    {
    }

    private Multiply(ConfigReader reader)
        : base(reader)
    {
    }

    private protected override Tensor Combine(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> masks)
    {
        Tensor? product = null, counts = null;
        var isMasked = true;
        for (var i = 0; i < inputs.Count; i++)
        {
            var mask = MaskOf(inputs, masks, i);
            isMasked &= mask is not null;
            var factor = mask is null ? inputs[i] : Ops.Where(mask, inputs[i], 1f);
            product = product is null ? factor : product * factor;
            if (isMasked) counts = counts is null ? mask : Ops.LogicalOr(counts, mask!);
        }

        return isMasked ? Ops.Where(counts!, product!, 0f) : product!;
    }


    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Multiply FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Multiply(reader));
}
