using System.Globalization;
using System.Text.Json.Nodes;
using Descent.Activations;

namespace Descent.Layers;

/// <summary>A layer that connects every input to every unit: <c>activation(x · kernel + bias)</c>.</summary>
/// <remarks>Input <c>(batch, …, inputs)</c>, output <c>(batch, …, units)</c>. Weights: kernel <c>(inputs, units)</c>, bias <c>(units)</c>.</remarks>
/// <example><code>new Dense(64, "relu") { KernelInitializer = "he_normal", KernelRegularizer = "l2", InputShape = [10] }</code></example>
public sealed class Dense : ProjectionLayer
{
    private Variable? _kernel;
    private Variable? _bias;

    /// <summary>Creates the layer.</summary>
    /// <param name="units">The size of the output, 1 or more.</param>
    /// <param name="activation">The function applied to the output, or its name; default linear.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="units"/> is less than 1.</exception>
    public Dense(int units, ActivationFunction? activation = null)
    {
        Units = CheckUnits(units);
        Activation = activation ?? ActivationFunction.Linear;
    }

    private Dense(ConfigReader reader)
        : base(reader)
    {
        Units = CheckUnits(reader.Int("units"));
        Activation = ActivationFunction.FromJson(reader.Node("activation"));
        UseBias = reader.Bool("use_bias", UseBias);
        if (reader.NullableInt("input_dim") is { } inputDim) InputDim = inputDim;
        RefuseQuantization(reader);
    }

    /// <summary>The size of the output.</summary>
    public int Units { get; }

    /// <summary>The function applied to the output; default linear.</summary>
    public ActivationFunction Activation { get; }

    /// <summary>Whether there is a bias; default true.</summary>
    public bool UseBias { get; init; } = true;

    /// <summary>The number of inputs, as Keras 1 and 2 spell <see cref="Layer.InputShape"/> of rank 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public int? InputDim
    {
        get => InputShape is { Rank: 1 } shape ? shape[0] : null;
        init
        {
            if (value < 1)
                throw new ArgumentOutOfRangeException(nameof(value), $"InputDim must be 1 or more. Received: {value}.");
            InputShape = value is { } inputs ? [inputs] : null;
        }
    }

    /// <summary>The weights of the connections, of shape <c>(inputs, units)</c>.</summary>
    /// <exception cref="InvalidOperationException">The layer is not built.</exception>
    public Variable Kernel => _kernel ?? throw new InvalidOperationException($"Layer '{Name}' must be built before it has a kernel. Call Build with the input's shape, or Apply.");

    /// <summary>The bias, of shape <c>(units)</c>; null without one.</summary>
    public Variable? Bias => _bias;

    /// <inheritdoc/>
    public override bool SupportsMasking => true;

    /// <inheritdoc/>
    public override void Build(Shape inputShape)
    {
        ComputeOutputShape(inputShape);
        _kernel = AddKernel([inputShape[^1], Units]);
        _bias = UseBias ? AddBias([Units]) : null;
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        Tensor kernel = Kernel;
        if (x.Rank < 2 || x.Shape[^1] != kernel.Shape[0])
            throw Refusal($"Layer '{Name}' expects an input of shape (batch, …, {kernel.Shape[0]}). Received shape {x.Shape}.", nameof(x));
        Tensor? bias = _bias is null ? null : (Tensor)_bias;
        return Activation.IsRelu ? Ops.Dense(x, kernel, bias, relu: true) : Activation.Apply(Ops.Dense(x, kernel, bias));
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape)
    {
        if (inputShape.Rank < 2)
            throw Refusal($"Layer '{Name}' expects an input of shape (batch, …, features). Received shape {(inputShape.Rank == 0 ? "()" : "(batch,)")}.", nameof(inputShape));
        if (inputShape[^1] < 0)
            throw Refusal($"Layer '{Name}' must know the last dimension of its input. Received shape {inputShape}.", nameof(inputShape));
        return Shape.Create([.. inputShape.Dimensions[..^1], Units]);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["units"] = Units;
        config["activation"] = Activation.ToJson();
        config["use_bias"] = UseBias;
        WriteWeights(config, withActivity: false);
        config["quantization_config"] = null;
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static Dense FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Dense(reader));

    private static int CheckUnits(int units) => units > 0 ? units : throw new ArgumentOutOfRangeException(
        nameof(units), $"Units must be 1 or more. Received: {units.ToString(CultureInfo.InvariantCulture)}.");
}
