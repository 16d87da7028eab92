using System.Text.Json.Nodes;
using Descent.Initializers;

namespace Descent.Layers;

/// <summary>
/// A layer that brings each channel to mean 0 and variance 1, then scales and shifts it. In training mean and variance are those of the
/// batch, and moving averages of them are kept; otherwise, and while <see cref="Layer.Trainable"/> is false, they are these averages.
/// </summary>
/// <remarks>
/// Weights, one value per channel: gamma, beta, and the averages <c>moving_mean</c> and <c>moving_variance</c>, which no optimizer updates.
/// Masked time steps do not count. Keras' batch renormalization (<c>renorm</c>) is not supported.
/// </remarks>
/// <seealso href="https://arxiv.org/abs/1502.03167">Batch Normalization</seealso>
public sealed class BatchNormalization : AffineNormalization
{
    // What keeps the mean of a batch that is masked as a whole finite: Keras' backend.epsilon.
    private const float LeastCount = 1e-7f;

    private readonly double _renormMomentum = 0.99;

    /// <summary>Creates the layer.</summary>
    public BatchNormalization()
    {
    }

    private BatchNormalization(ConfigReader reader)
        : base(reader)
    {
        Axis = reader.Node("axis") is JsonArray && reader.Ints("axis") is [var single] ? single : reader.Int("axis", Axis);
        Momentum = reader.Double("momentum", Momentum);
        MovingMeanInitializer = ReadInitializer(reader, "moving_mean_initializer", MovingMeanInitializer);
        MovingVarianceInitializer = ReadInitializer(reader, "moving_variance_initializer", MovingVarianceInitializer);
        Synchronized = reader.Bool("synchronized", Synchronized);
        if (reader.Bool("renorm", false))
            throw new ArgumentException("Argument 'renorm' of BatchNormalization must be false: batch renormalization is not supported. Received: true.");
        reader.Ignore("renorm_clipping");
        _renormMomentum = reader.Double("renorm_momentum", _renormMomentum);
    }

    /// <summary>The axis of the channels, batch dimension counted; default the last.</summary>
    public int Axis { get; init; } = -1;

    /// <summary>What the moving averages keep of themselves in each step, in [0, 1]; default 0.99.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside of [0, 1].</exception>
    public double Momentum
    {
        get;
        init => field = Check.UnitInterval(value, nameof(Momentum));
    } = 0.99;

    /// <summary>Gives the moving mean its first value; default <c>"zeros"</c>.</summary>
    public Initializer MovingMeanInitializer { get; init; } = "zeros";

    /// <summary>Gives the moving variance its first value; default <c>"ones"</c>.</summary>
    public Initializer MovingVarianceInitializer { get; init; } = "ones";

    /// <summary>Whether replicas of the model share their statistics. Here they always do, as the numbers are those of one machine; this is only kept for configs. Default false.</summary>
    public bool Synchronized { get; init; }

    /// <summary>The moving average of the mean; null before the layer is built.</summary>
    public Variable? MovingMean { get; private set; }

    /// <summary>The moving average of the variance; null before the layer is built.</summary>
    public Variable? MovingVariance { get; private set; }

    internal override bool TakesMask => true;

    /// <inheritdoc/>
    public override void Build(Shape inputShape)
    {
        Shape channels = [ChannelsOf(inputShape, Axis)];
        BuildAffine(channels, Scale, Center);
        MovingMean = AddWeight("moving_mean", channels, MovingMeanInitializer, trainable: false);
        MovingVariance = AddWeight("moving_variance", channels, MovingVarianceInitializer, trainable: false);
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false) => Call(x, null, training);

    /// <inheritdoc/>
    protected internal override Tensor Call(Tensor x, Tensor? mask, bool training)
    {
        NormalizedAxes.CheckInput(this, [NormalizedAxes.Place(this, Axis, x.Shape)], x);
        if (mask is not null && mask.Rank != x.Rank - 1)
            throw Refusal($"The mask of layer '{Name}' must have one dimension less than its input of shape {x.Shape}. Received shape {mask.Shape}.", nameof(mask));
        if (!training || !Trainable) return Normalize(x, MovingMean!, MovingVariance!);

        Tensor output, mean, variance;
        if (mask is null)
        {
            output = Ops.NormalizeBatch(x, NormalizedAxes.Place(this, Axis, x.Shape), GammaTensor, BetaTensor, (float)Epsilon, out mean, out variance);
        }
        else
        {
            (mean, variance) = Moments(x, mask);
            output = Normalize(x, mean, variance);
        }

        if (x.Length == 0 || BatchShard.Current is { ChangesState: false }) return output; // nothing to follow, or another shard follows
        Follow(MovingMean!, mean);
        Follow(MovingVariance!, variance);
        return output;
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
        config["axis"] = Axis;
        config["momentum"] = KerasJson.Float(Momentum);
        WriteSwitches(config);
        WriteInitializers(config);
        config["moving_mean_initializer"] = KerasRegistry.Serialize(MovingMeanInitializer);
        config["moving_variance_initializer"] = KerasRegistry.Serialize(MovingVarianceInitializer);
        WritePenalties(config);
        config["synchronized"] = Synchronized;
        config["renorm"] = false;
        config["renorm_clipping"] = null;
        config["renorm_momentum"] = KerasJson.Float(_renormMomentum);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static BatchNormalization FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new BatchNormalization(reader));

    private Tensor Normalize(Tensor x, Tensor mean, Tensor variance) =>
        Ops.BatchNormalization(x, mean, variance, Axis, BetaTensor, GammaTensor, (float)Epsilon);

    // Mean and variance of what the mask leaves.
    private (Tensor Mean, Tensor Variance) Moments(Tensor x, Tensor mask)
    {
        var channels = NormalizedAxes.Place(this, Axis, x.Shape);
        int[] others = [.. Enumerable.Range(0, x.Rank).Where(a => a != channels)];
        var counts = Ops.BroadcastTo(Ops.ExpandDims(mask, -1), x.Shape);
        var count = Total(Ops.Cast(counts, DType.Float32)) + LeastCount;
        var mean = Total(Ops.Where(counts, x, 0f)) / count;
        var variance = Total(Ops.Square(Ops.Where(counts, x - mean, 0f))) / count;
        return (Ops.Reshape(mean, [-1]), Ops.Reshape(variance, [-1]));

        Tensor Total(Tensor values) => Ops.SumShards(Ops.Sum(values, others, keepDimensions: true));
    }

    private void Follow(Variable average, Tensor value)
    {
        var (kept, added) = ((float)Momentum, (float)(1 - Momentum));
        var values = value.AsSpan();
        var averages = average.Write();
        for (var i = 0; i < values.Length; i++) averages[i] = averages[i] * kept + values[i] * added;
    }
}
