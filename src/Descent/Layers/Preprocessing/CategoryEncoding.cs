using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that encodes ids: the ids of a row together as <c>"multi_hot"</c> or <c>"count"</c>, or each for itself as <c>"one_hot"</c>.</summary>
/// <remarks>Input int32, or whole float32 numbers, of shape <c>(batch, ids)</c>; output <c>(batch, tokens)</c>. One-hot: <c>(batch, …, tokens)</c>, a last axis of size 1 replaced.</remarks>
public sealed class CategoryEncoding : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="numTokens">The number of ids: they are in [0, numTokens).</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public CategoryEncoding(int numTokens) => NumTokens = Check.AtLeast(1, numTokens, nameof(NumTokens));

    private CategoryEncoding(ConfigReader reader)
        : base(reader)
    {
        NumTokens = Check.AtLeast(1, reader.Int("num_tokens"), nameof(NumTokens));
        OutputMode = reader.String("output_mode", OutputMode);
        OutputModes.RefuseSparse(reader);
    }

    /// <summary>The number of ids.</summary>
    public int NumTokens { get; }

    /// <summary><c>"multi_hot"</c> (the default), <c>"count"</c> or <c>"one_hot"</c>.</summary>
    /// <exception cref="ArgumentException">The value is another.</exception>
    public string OutputMode
    {
        get;
        init => field = OutputModes.Check(value, OutputModes.MultiHot, OutputModes.Count, OutputModes.OneHot);
    } = OutputModes.MultiHot;

    /// <inheritdoc/>
    protected override bool TakesIntegers => true;

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        var ids = Ops.Cast(x, DType.Int32);
        foreach (var id in ids.AsInt32Span())
            if (id < 0) throw Refusal($"Layer '{Name}' expects values in [0, {NumTokens}). Received: {id}.", nameof(x));
        return OutputModes.Encode(this, ids, OutputMode, NumTokens);
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape) => OutputModes.Encode(inputShape, OutputMode, NumTokens);

    private protected override JsonObject? BuildConfig() => WriteBuildShapes();

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["num_tokens"] = NumTokens;
        config["output_mode"] = OutputMode;
        config["sparse"] = false;
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static CategoryEncoding FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new CategoryEncoding(reader));
}
