using System.Text.Json.Nodes;
using Descent.Constraints;
using Descent.Initializers;
using Descent.Regularizers;

namespace Descent.Layers;

/// <summary>What normalizations have in common that scale and shift their result: <c>normalized · gamma + beta</c>.</summary>
public abstract class AffineNormalization : Layer
{
    private protected AffineNormalization()
    {
    }

    private protected AffineNormalization(ConfigReader reader)
        : base(reader)
    {
        Epsilon = reader.Double("epsilon", Epsilon);
        Center = reader.Bool("center", Center);
        Scale = reader.Bool("scale", Scale);
        BetaInitializer = ReadInitializer(reader, "beta_initializer", BetaInitializer);
        GammaInitializer = ReadInitializer(reader, "gamma_initializer", GammaInitializer);
        BetaRegularizer = ReadRegularizer(reader, "beta_regularizer");
        GammaRegularizer = ReadRegularizer(reader, "gamma_regularizer");
        BetaConstraint = ReadConstraint(reader, "beta_constraint");
        GammaConstraint = ReadConstraint(reader, "gamma_constraint");
    }

    /// <summary>What is added to the variance, so that nothing is divided by 0; 0 or more, default 0.001.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Epsilon
    {
        get;
        init => field = Check.NotNegative(value, nameof(Epsilon));
    } = 1e-3;

    /// <summary>Whether beta is added; default true.</summary>
    public bool Center { get; init; } = true;

    /// <summary>Whether the result is multiplied with gamma; default true.</summary>
    public bool Scale { get; init; } = true;

    /// <summary>Gives beta its first value; default <c>"zeros"</c>.</summary>
    public Initializer BetaInitializer { get; init; } = "zeros";

    /// <summary>Gives gamma its first value; default <c>"ones"</c>.</summary>
    public Initializer GammaInitializer { get; init; } = "ones";

    /// <summary>A penalty on beta; default none.</summary>
    public Regularizer? BetaRegularizer { get; init; }

    /// <summary>A penalty on gamma; default none.</summary>
    public Regularizer? GammaRegularizer { get; init; }

    /// <summary>Applied to beta after each step; default none.</summary>
    public Constraint? BetaConstraint { get; init; }

    /// <summary>Applied to gamma after each step; default none.</summary>
    public Constraint? GammaConstraint { get; init; }

    /// <summary>The factors; null without <see cref="Scale"/>, and before the layer is built.</summary>
    public Variable? Gamma { get; private set; }

    /// <summary>What is added; null without <see cref="Center"/>, and before the layer is built.</summary>
    public Variable? Beta { get; private set; }

    /// <inheritdoc/>
    public override bool SupportsMasking => true;

    private protected override JsonObject? BuildConfig() => WriteBuildShapes();

    private protected Tensor? GammaTensor => Gamma is null ? null : (Tensor)Gamma;

    private protected Tensor? BetaTensor => Beta is null ? null : (Tensor)Beta;

    private protected void BuildAffine(Shape shape, bool scale, bool center)
    {
        Gamma = scale ? AddWeight("gamma", shape, GammaInitializer, true, GammaRegularizer, GammaConstraint) : null;
        Beta = center ? AddWeight("beta", shape, BetaInitializer, true, BetaRegularizer, BetaConstraint) : null;
    }

    /// <summary>The number of channels of an input, which has to be known.</summary>
    private protected int ChannelsOf(Shape inputShape, int axis) => inputShape[NormalizedAxes.Place(this, axis, inputShape)] is > 0 and var channels
        ? channels
        : throw Refusal($"Layer '{Name}' must know axis {axis} of its input. Received shape {inputShape}.", nameof(inputShape));

    private protected void WriteSwitches(JsonObject config)
    {
        config["epsilon"] = KerasJson.Float(Epsilon);
        config["center"] = Center;
        config["scale"] = Scale;
    }

    private protected void WriteInitializers(JsonObject config)
    {
        config["beta_initializer"] = KerasRegistry.Serialize(BetaInitializer);
        config["gamma_initializer"] = KerasRegistry.Serialize(GammaInitializer);
    }

    private protected void WritePenalties(JsonObject config)
    {
        config["beta_regularizer"] = Write(BetaRegularizer);
        config["gamma_regularizer"] = Write(GammaRegularizer);
        config["beta_constraint"] = Write(BetaConstraint);
        config["gamma_constraint"] = Write(GammaConstraint);
    }
}
