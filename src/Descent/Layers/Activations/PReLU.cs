using System.Text.Json.Nodes;
using Descent.Constraints;
using Descent.Initializers;
using Descent.Regularizers;

namespace Descent.Layers;

/// <summary>The rectifier with a learned slope below 0 for each element: <c>x</c> above 0, <c>alpha · x</c> below.</summary>
/// <remarks>Weight: alpha, of the shape of a sample, with size 1 along <see cref="SharedAxes"/>.</remarks>
/// <seealso href="https://arxiv.org/abs/1502.01852">Delving Deep into Rectifiers</seealso>
public sealed class PReLU : Layer
{
    private Variable? _alpha;

    /// <summary>Creates the layer.</summary>
    public PReLU()
    {
    }

    private PReLU(ConfigReader reader)
        : base(reader)
    {
        AlphaInitializer = ReadInitializer(reader, "alpha_initializer", AlphaInitializer);
        AlphaRegularizer = ReadRegularizer(reader, "alpha_regularizer");
        AlphaConstraint = ReadConstraint(reader, "alpha_constraint");
        SharedAxes = reader.Node("shared_axes") switch { null => null, JsonArray => reader.Ints("shared_axes"), _ => [reader.Int("shared_axes")] };
    }

    /// <summary>Gives the slopes their first value; default <c>"zeros"</c>.</summary>
    public Initializer AlphaInitializer { get; init; } = "zeros";

    /// <summary>A penalty on the slopes; default none.</summary>
    public Regularizer? AlphaRegularizer { get; init; }

    /// <summary>Applied to the slopes after each step; default none.</summary>
    public Constraint? AlphaConstraint { get; init; }

    /// <summary>The axes whose positions share a slope, from 1: <c>[1, 2]</c> gives each channel of an image one. Default null: none.</summary>
    public IReadOnlyList<int>? SharedAxes { get; init; }

    /// <inheritdoc/>
    public override bool SupportsMasking => true;

    /// <inheritdoc/>
    public override void Build(Shape inputShape)
    {
        var shape = inputShape[1..].ToArray();
        foreach (var axis in SharedAxes ?? [])
            shape[axis >= 1 && axis <= shape.Length ? axis - 1 : throw SharedAxis(axis, inputShape)] = 1;
        if (Array.Exists(shape, d => d < 0))
            throw Refusal($"Layer '{Name}' must know the size of every axis that has slopes of its own. Received shape {inputShape}.", nameof(inputShape));
        _alpha = AddWeight("alpha", shape, AlphaInitializer, true, AlphaRegularizer, AlphaConstraint);
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        var alpha = _alpha ?? throw new InvalidOperationException($"Layer '{Name}' must be built before it is called. Call Build with the input's shape, or Apply.");
        var fits = x.Rank == alpha.Shape.Rank + 1;
        for (var i = 1; fits && i < x.Rank; i++) fits = alpha.Shape[i - 1] == x.Shape[i] || SharedAxes?.Contains(i) == true;
        if (!fits) throw Refusal($"Layer '{Name}' was built for inputs of shape {BuildShape}. Received shape {x.Shape}.", nameof(x));
        return Ops.Relu(x) - alpha * Ops.Relu(-x);
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape) => inputShape;

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["alpha_initializer"] = KerasRegistry.Serialize(AlphaInitializer);
        config["alpha_regularizer"] = Write(AlphaRegularizer);
        config["alpha_constraint"] = Write(AlphaConstraint);
        config["shared_axes"] = SharedAxes is null ? null : KerasJson.Integers(SharedAxes);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static PReLU FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new PReLU(reader));

    private ArgumentException SharedAxis(int axis, Shape inputShape) =>
        new($"SharedAxes of layer '{Name}' must be in [1, {inputShape.Rank - 1}] for an input of shape {inputShape}. Received: {axis}.", nameof(inputShape));
}
