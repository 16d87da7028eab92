using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>
/// A layer that works along the one to three spatial axes of its input: <c>(batch, spatial axes…, channels)</c>, or <c>(batch, channels, spatial axes…)</c>.
/// </summary>
public abstract class SpatialLayer : Layer
{
    private protected SpatialLayer(int axes) => Axes = axes;

    private protected SpatialLayer(int axes, ConfigReader reader)
        : base(reader)
    {
        Axes = axes;
        if (HasDataFormat && reader.NullableString("data_format") is { } dataFormat) DataFormat = dataFormat;
    }

    /// <summary>Where the input has its channels: <c>"channels_last"</c> (the default) or <c>"channels_first"</c>; the output has them there too.</summary>
    /// <remarks>Channels are best last: the layers compute so, and move them if they come first.</remarks>
    /// <exception cref="ArgumentException">The value is neither, or the layer knows channels in the last place only.</exception>
    public string DataFormat
    {
        get;
        init => field = HasDataFormat || value == DataFormats.ChannelsLast ? DataFormats.Check(value) : throw new ArgumentException(
            $"{GetType().Name} has its channels last. Received: '{value}'.", nameof(value));
    } = DataFormats.ChannelsLast;

    /// <summary>The number of spatial axes.</summary>
    private protected int Axes { get; }

    /// <summary>Whether Keras' class has the argument.</summary>
    private protected virtual bool HasDataFormat => true;

    private protected bool ChannelsFirst => DataFormat == DataFormats.ChannelsFirst;

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        CheckRank(x.Shape);
        return ChannelsFirst ? ComputeFirst(x) : Compute(x);
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        CheckRank(inputShape);
        var output = OutputShape(LastOf(inputShape));
        return ChannelsFirst && output.Rank > 2 ? DataFormats.ToFirst(output) : output;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        if (HasDataFormat) config["data_format"] = DataFormat;
        return config;
    }

    /// <summary>The output for an input of the right rank, both with their channels last.</summary>
    private protected abstract Tensor Compute(Tensor x);

    /// <summary>The same, both with their channels first. The default moves them.</summary>
    private protected virtual Tensor ComputeFirst(Tensor x)
    {
        var y = Compute(DataFormats.ToLast(x));
        return y.Rank > 2 ? DataFormats.ToFirst(y) : y;
    }

    /// <summary>The shape of the output for one of the input of the right rank, both with their channels last.</summary>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    private protected abstract Shape OutputShape(Shape input);

    /// <summary>The shape with the channels last, wherever this layer has them.</summary>
    private protected Shape LastOf(Shape shape) => ChannelsFirst ? DataFormats.ToLast(shape) : shape;

    /// <summary>What users know a shape by that this layer works on with its channels last.</summary>
    private protected Shape Shown(Shape shape) => ChannelsFirst ? DataFormats.ToFirst(shape) : shape;

    private protected void CheckRank(Shape shape)
    {
        if (shape.Rank == Axes + 2) return;
        var places = ChannelsFirst ? "batch, channels, spatial axes" : "batch, spatial axes, channels";
        throw Refusal($"Layer '{Name}' expects an input of rank {Axes + 2}: {places}. Received shape {shape}.", nameof(shape));
    }

    /// <summary>One number or one per axis; required if there is nothing to take where it is absent.</summary>
    internal static PerAxis ReadPerAxis(ConfigReader reader, string key, PerAxis? absent = null) => reader.Node(key) switch
    {
        null when absent is not null => absent,
        JsonArray => reader.Ints(key),
        _ => reader.Int(key),
    };

    /// <summary>Moves a key to the end, where Keras has it for this layer.</summary>
    private protected static void MoveLast(JsonObject config, string key)
    {
        var value = config[key];
        config.Remove(key);
        config[key] = value;
    }
}
