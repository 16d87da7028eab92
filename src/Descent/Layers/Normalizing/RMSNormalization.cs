using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that divides each sample by the root of its mean square along some axes, then scales it: <c>x / √(mean(x²) + epsilon) · scale</c>.</summary>
/// <remarks>Weight: scale, of the shape of the axes.</remarks>
/// <seealso href="https://arxiv.org/abs/1910.07467">Root Mean Square Layer Normalization</seealso>
public sealed class RMSNormalization : Layer
{
    private int[] _places = [];
    private Variable? _scale;

    /// <summary>Creates the layer.</summary>
    public RMSNormalization()
    {
    }

    private RMSNormalization(ConfigReader reader)
        : base(reader)
    {
        Axis = NormalizedAxes.Read(reader, Axis);
        Epsilon = reader.Double("epsilon", Epsilon);
    }

    /// <summary>The axes to normalize along, batch dimension counted; default the last.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public IReadOnlyList<int> Axis
    {
        get;
        init => field = NormalizedAxes.Check(value);
    } = [-1];

    /// <summary>What is added to the mean square, so that nothing is divided by 0; 0 or more, default 1e-6.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Epsilon
    {
        get;
        init => field = Check.NotNegative(value, nameof(Epsilon));
    } = 1e-6;

    /// <inheritdoc/>
    public override void Build(Shape inputShape)
    {
        _places = NormalizedAxes.Places(this, Axis, inputShape);
        _scale = AddWeight("scale", NormalizedAxes.Sizes(this, _places, inputShape), "ones");
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        NormalizedAxes.CheckInput(this, _places, x);
        return Ops.RmsNormalization(x, _scale!, _places, (float)Epsilon);
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
        config["axis"] = KerasJson.Integers(Axis);
        config["epsilon"] = KerasJson.Float(Epsilon);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static RMSNormalization FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new RMSNormalization(reader));
}
