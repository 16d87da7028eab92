using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that brings each sample to mean 0 and variance 1 along some axes, then scales and shifts it: <c>(x - mean) / √(variance + epsilon) · gamma + beta</c>.</summary>
/// <remarks>Weights: gamma and beta, of the shape of the axes.</remarks>
/// <example><code>new LayerNormalization { Epsilon = 1e-6 }</code></example>
/// <seealso href="https://arxiv.org/abs/1607.06450">Layer Normalization</seealso>
public sealed class LayerNormalization : AffineNormalization
{
    private int[] _places = [];

    /// <summary>Creates the layer.</summary>
    public LayerNormalization()
    {
    }

    private LayerNormalization(ConfigReader reader)
        : base(reader)
    {
        Axis = NormalizedAxes.Read(reader, Axis);
        RmsScaling = reader.Bool("rms_scaling", RmsScaling);
    }

    /// <summary>The axes to normalize along, batch dimension counted; default the last.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public IReadOnlyList<int> Axis
    {
        get;
        init => field = NormalizedAxes.Check(value);
    } = [-1];

    /// <summary>Whether the input is only divided by its standard deviation, without the mean taken off, and beta left out; Keras advises against it. Default false.</summary>
    public bool RmsScaling { get; init; }

    /// <inheritdoc/>
    public override void Build(Shape inputShape)
    {
        _places = NormalizedAxes.Places(this, Axis, inputShape);
        BuildAffine(NormalizedAxes.Sizes(this, _places, inputShape), Scale || RmsScaling, Center && !RmsScaling);
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        NormalizedAxes.CheckInput(this, _places, x);
        if (!RmsScaling) return Ops.LayerNormalization(x, GammaTensor, BetaTensor, _places, (float)Epsilon);
        var shape = new int[x.Rank];
        for (var i = 0; i < shape.Length; i++) shape[i] = Array.IndexOf(_places, i) >= 0 ? x.Shape[i] : 1;
        return x * (Ops.Rsqrt(Ops.Var(x, _places, keepDimensions: true) + (float)Epsilon) * Ops.Reshape(Gamma!, shape));
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape)
    {
        NormalizedAxes.Places(this, Axis, inputShape);
        return inputShape;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["axis"] = KerasJson.Integers(_places.Length > 0 ? _places : Axis);
        WriteSwitches(config);
        config["rms_scaling"] = RmsScaling;
        WriteInitializers(config);
        WritePenalties(config);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static LayerNormalization FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new LayerNormalization(reader));
}
