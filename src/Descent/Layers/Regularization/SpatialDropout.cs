using System.Text.Json.Nodes;
using Descent.RandomNumbers;

namespace Descent.Layers;

/// <summary>Dropout of whole channels: neighbours in time or space say much the same, so dropping single elements would drop little.</summary>
/// <seealso href="https://arxiv.org/abs/1411.4280">Efficient Object Localization Using Convolutional Networks</seealso>
public abstract class SpatialDropout : NoiseLayer
{
    private readonly int _spatialRank;

    private protected SpatialDropout(double rate, int spatialRank) => (Rate, _spatialRank) = (CheckRate(rate), spatialRank);

    private protected SpatialDropout(ConfigReader reader, int spatialRank)
        : base(reader)
    {
        (Rate, _spatialRank) = (CheckRate(reader.Double("rate")), spatialRank);
        if (spatialRank > 1) DataFormat = reader.NullableString("data_format") ?? DataFormat;
    }

    /// <summary>The part of the channels to drop, in [0, 1].</summary>
    public double Rate { get; }

    /// <summary>Where the channels are: <c>"channels_last"</c> (the default) or <c>"channels_first"</c>.</summary>
    private protected string DataFormat
    {
        get;
        init => field = DataFormats.Check(value);
    } = DataFormats.ChannelsLast;

    private protected override bool IsNoisy => Rate > 0;

    private protected override Tensor Disturb(Tensor x, Philox random)
    {
        CheckInput(x.Shape);
        var shape = new int[x.Rank];
        Array.Fill(shape, 1);
        var channels = DataFormat == DataFormats.ChannelsLast ? x.Rank - 1 : 1;
        (shape[0], shape[channels]) = (x.Shape[0], x.Shape[channels]);
        return Ops.Dropout(x, shape, (float)Rate, random);
    }

    private protected override void CheckInput(Shape shape)
    {
        if (shape.Rank != _spatialRank + 2)
            throw Refusal($"Layer '{Name}' expects an input of rank {_spatialRank + 2}. Received shape {shape}.", nameof(shape));
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        // Keras' own selection: what is trainable does not matter to it here.
        var config = base.GetConfig();
        var own = new JsonObject
        {
            ["rate"] = KerasJson.Float(Rate),
            ["seed"] = Seed,
            ["name"] = Name,
            ["dtype"] = config["dtype"]?.DeepClone(),
        };
        if (_spatialRank > 1) own["data_format"] = DataFormat;
        return own;
    }
}
