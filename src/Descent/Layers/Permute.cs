using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that reorders the axes of each sample.</summary>
/// <example><code>new Permute([2, 1])   // (batch, time, features) becomes (batch, features, time)</code></example>
public sealed class Permute : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="dims">The axes of the input in the order of the output, from 1: the batch dimension stays.</param>
    /// <exception cref="ArgumentException">The numbers are not those from 1 on, each once.</exception>
    public Permute(IReadOnlyList<int> dims)
    {
        ArgumentNullException.ThrowIfNull(dims);
        Dims = dims.Order().SequenceEqual(Enumerable.Range(1, dims.Count)) ? [.. dims] : throw new ArgumentException(
            $"Dims must be the numbers from 1 to {dims.Count} in some order. Received: [{string.Join(", ", dims)}].", nameof(dims));
    }

    private Permute(ConfigReader reader)
        : base(reader) => Dims = new Permute(reader.Ints("dims")).Dims;

    /// <summary>The axes of the input in the order of the output.</summary>
    public IReadOnlyList<int> Dims { get; }

    /// <inheritdoc/>
    protected override bool TakesIntegers => true;

    internal override DType OutputDType(DType input) => input;

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        ComputeOutputShape(x.Shape);
        return Ops.Transpose(x, [0, .. Dims]);
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape)
    {
        if (inputShape.Rank != Dims.Count + 1)
            throw Refusal($"Layer '{Name}' expects an input of rank {Dims.Count + 1}. Received shape {inputShape}.", nameof(inputShape));
        return Shape.Create([inputShape[0], .. Dims.Select(d => inputShape[d])]);
    }

    private protected override JsonObject? BuildConfig() => WriteBuildShapes();

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["dims"] = KerasJson.Integers(Dims);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static Permute FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Permute(reader));
}
