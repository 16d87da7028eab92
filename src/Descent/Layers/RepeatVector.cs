using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that repeats a vector: <c>(batch, features)</c> becomes <c>(batch, n, features)</c>.</summary>
public sealed class RepeatVector : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="n">How often, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public RepeatVector(int n) => N = Check.AtLeast(1, n, nameof(N));

    private RepeatVector(ConfigReader reader)
        : base(reader) => N = Check.AtLeast(1, reader.Int("n"), nameof(N));

    /// <summary>How often the vector is repeated.</summary>
    public int N { get; }

    /// <inheritdoc/>
    protected override bool TakesIntegers => true;

    internal override DType OutputDType(DType input) => input;

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false) => Ops.BroadcastTo(Ops.ExpandDims(x, 1), ComputeOutputShape(x.Shape));

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape)
    {
        if (inputShape.Rank != 2)
            throw Refusal($"Layer '{Name}' expects an input of rank 2. Received shape {inputShape}.", nameof(inputShape));
        return [inputShape[0], N, inputShape[1]];
    }

    private protected override JsonObject? BuildConfig() => WriteBuildShapes();

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["n"] = N;
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static RepeatVector FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new RepeatVector(reader));
}
