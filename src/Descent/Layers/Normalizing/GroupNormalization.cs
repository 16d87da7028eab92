using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that brings each group of channels of each sample to mean 0 and variance 1, then scales and shifts each channel.</summary>
/// <remarks>Weights: gamma and beta, one value per channel.</remarks>
/// <example><code>new GroupNormalization(groups: 8)</code></example>
/// <seealso href="https://arxiv.org/abs/1803.08494">Group Normalization</seealso>
public sealed class GroupNormalization : AffineNormalization
{
    /// <summary>Creates the layer.</summary>
    /// <param name="groups">How many groups the channels make, default 32; it divides their number. -1: each channel is a group of its own.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is neither positive nor -1.</exception>
    public GroupNormalization(int groups = 32) => Groups = CheckGroups(groups);

    private GroupNormalization(ConfigReader reader)
        : base(reader)
    {
        Groups = CheckGroups(reader.Int("groups", 32));
        Axis = reader.Int("axis", Axis);
    }

    /// <summary>How many groups the channels make; -1 becomes their number when the layer is built.</summary>
    public int Groups { get; private set; }

    /// <summary>The axis of the channels, batch dimension counted; default the last.</summary>
    public int Axis { get; init; } = -1;

    /// <inheritdoc/>
    public override void Build(Shape inputShape)
    {
        var channels = ChannelsOf(inputShape, Axis);
        if (NormalizedAxes.Place(this, Axis, inputShape) == 0)
            throw Refusal($"The channels of layer '{Name}' must not be the batch dimension. Received: axis {Axis} of shape {inputShape}.", nameof(inputShape));
        var groups = Groups == -1 ? channels : Groups;
        if (channels % groups != 0)
            throw Refusal($"The number of groups of layer '{Name}' must divide that of the channels. Received: {groups} groups, {channels} channels.", nameof(inputShape));
        Groups = groups;
        BuildAffine([channels], Scale, Center);
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        NormalizedAxes.CheckInput(this, [NormalizedAxes.Place(this, Axis, x.Shape)], x);
        return Ops.GroupNormalization(x, Groups, Axis, GammaTensor, BetaTensor, (float)Epsilon);
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape)
    {
        NormalizedAxes.Place(this, Axis, inputShape);
        return inputShape;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["groups"] = Groups;
        config["axis"] = Axis;
        WriteSwitches(config);
        WriteInitializers(config);
        WritePenalties(config);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static GroupNormalization FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new GroupNormalization(reader));

    private static int CheckGroups(int groups) => groups is > 0 or -1 ? groups : throw new ArgumentOutOfRangeException(
        nameof(groups), $"Groups must be 1 or more, or -1 for one per channel. Received: {groups}.");
}
