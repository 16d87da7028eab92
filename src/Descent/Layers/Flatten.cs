using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that makes each sample a vector: <c>(batch, a, b, …)</c> becomes <c>(batch, a · b · …)</c>.</summary>
public sealed class Flatten : Layer
{
    /// <summary>Creates the layer.</summary>
    public Flatten()
    {
    }

    private Flatten(ConfigReader reader)
        : base(reader) => DataFormat = reader.NullableString("data_format") ?? DataFormat;

    /// <summary>Where images have their channels: <c>"channels_last"</c> (the default) or <c>"channels_first"</c>, which are moved last before flattening.</summary>
    /// <exception cref="ArgumentException">The value is neither.</exception>
    public string DataFormat
    {
        get;
        init => field = DataFormats.Check(value);
    } = DataFormats.ChannelsLast;

    /// <inheritdoc/>
    protected override bool TakesIntegers => true;

    internal override DType OutputDType(DType input) => input;

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        if (x.Rank == 2) return x;
        if (DataFormat == DataFormats.ChannelsFirst && x.Rank > 2) x = DataFormats.ToLast(x);
        return Ops.Reshape(x, ComputeOutputShape(x.Shape));
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape)
    {
        if (inputShape.Rank == 0)
            throw Refusal($"Layer '{Name}' expects an input of rank 1 or more. Received shape {inputShape}.", nameof(inputShape));
        return [inputShape[0], inputShape[1..].Size];
    }

    private protected override JsonObject? BuildConfig() => WriteBuildShapes();

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["data_format"] = DataFormat;
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Flatten FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Flatten(reader));
}
