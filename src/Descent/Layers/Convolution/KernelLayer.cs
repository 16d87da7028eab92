using System.Text.Json.Nodes;
using Descent.Activations;
using Descent.Constraints;
using Descent.Initializers;
using Descent.Regularizers;

namespace Descent.Layers;

/// <summary>What convolutions of all kinds have in common: the window, a bias and an activation.</summary>
public abstract class KernelLayer : WindowLayer
{
    private Variable? _bias;
    private int _channels = -1;

    private protected KernelLayer(int axes, PerAxis kernelSize, ActivationFunction? activation)
        : base(axes)
    {
        ArgumentNullException.ThrowIfNull(kernelSize);
        KernelSize = kernelSize.For(axes, nameof(KernelSize));
        Activation = activation ?? ActivationFunction.Linear;
        Strides = DilationRate = PerAxis.One;
    }

    private protected KernelLayer(int axes, ConfigReader reader)
        : base(axes, reader)
    {
        KernelSize = ReadPerAxis(reader, "kernel_size").For(axes, "kernel_size");
        Strides = ReadPerAxis(reader, "strides", PerAxis.One);
        DilationRate = ReadPerAxis(reader, "dilation_rate", PerAxis.One);
        Activation = ActivationFunction.FromJson(reader.Node("activation"));
        UseBias = reader.Bool("use_bias", UseBias);
        BiasInitializer = ReadInitializer(reader, "bias_initializer", BiasInitializer);
        BiasRegularizer = ReadRegularizer(reader, "bias_regularizer");
        ActivityRegularizer = ReadRegularizer(reader, "activity_regularizer");
        BiasConstraint = ReadConstraint(reader, "bias_constraint");
    }

    /// <summary>The size of the kernel on each spatial axis.</summary>
    public PerAxis KernelSize { get; }

    /// <summary>How far apart neighbouring outputs lie on the input (of a transposed convolution: inputs on the output), 1 or more; default 1.</summary>
    /// <exception cref="ArgumentException">A number is less than 1, or they are neither one nor one per axis.</exception>
    public PerAxis Strides
    {
        get;
        init => field = value.For(Axes, nameof(Strides));
    }

    /// <summary>How far apart the taps of the kernel lie, 1 or more; default 1. Above 1 it excludes strides above 1, but not in depthwise and separable layers.</summary>
    /// <exception cref="ArgumentException">A number is less than 1, or they are neither one nor one per axis.</exception>
    public PerAxis DilationRate
    {
        get;
        init => field = value.For(Axes, nameof(DilationRate));
    }

    /// <summary>The function applied to the output; default linear.</summary>
    public ActivationFunction Activation { get; }

    /// <summary>Whether there is a bias; default true.</summary>
    public bool UseBias { get; init; } = true;

    /// <summary>Gives the bias its first value; default <c>"zeros"</c>.</summary>
    public Initializer BiasInitializer { get; init; } = "zeros";

    /// <summary>A penalty on the bias; default none.</summary>
    public Regularizer? BiasRegularizer { get; init; }

    /// <summary>Applied to the bias after each step; default none.</summary>
    public Constraint? BiasConstraint { get; init; }

    /// <summary>The bias, one number for each channel of the output; null without one.</summary>
    public Variable? Bias => _bias;

    private protected override PerAxis WindowSize => KernelSize;

    private protected override PerAxis WindowStrides => Strides;

    private protected override PerAxis WindowDilation => DilationRate;

    private protected Tensor? BiasTensor => _bias is null ? null : (Tensor)_bias;

    /// <inheritdoc/>
    public override void Build(Shape inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        CheckOptions();
        var channels = OutputChannels(CheckedChannels(inputShape));
        ComputeOutputShape(inputShape);
        BuildKernels(LastOf(inputShape)[^1]);
        _channels = LastOf(inputShape)[^1];
        _bias = UseBias ? AddWeight("bias", [channels], BiasInitializer, true, BiasRegularizer, BiasConstraint) : null;
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        var channels = ChannelsFirst ? 1 : x.Rank - 1;
        if (_channels < 0) throw NotBuilt();
        if (x.Rank == Axes + 2 && x.Shape[channels] != _channels)
            throw Refusal($"Layer '{Name}' expects an input with {_channels} channels, on axis {channels}. Received shape {x.Shape}.", nameof(x));
        var y = base.Call(x, training);
        return Activation.IsRelu ? y : Activation.Apply(y); // where the channels are, for functions that look along an axis
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        CheckOptions();
        var config = base.GetConfig();
        config["kernel_size"] = KerasJson.Integers(KernelSize);
        config["strides"] = KerasJson.Integers(Strides);
        config["padding"] = Padding;
        MoveLast(config, "data_format");
        config["dilation_rate"] = KerasJson.Integers(DilationRate);
        config["activation"] = Activation.ToJson();
        config["use_bias"] = UseBias;
        var kernels = Kernels;
        foreach (var (kind, initializer, _, _) in kernels) config[$"{kind}_initializer"] = KerasRegistry.Serialize(initializer);
        config["bias_initializer"] = KerasRegistry.Serialize(BiasInitializer);
        foreach (var (kind, _, regularizer, _) in kernels) config[$"{kind}_regularizer"] = Write(regularizer);
        config["bias_regularizer"] = Write(BiasRegularizer);
        MoveLast(config, "activity_regularizer");
        foreach (var (kind, _, _, constraint) in kernels) config[$"{kind}_constraint"] = Write(constraint);
        config["bias_constraint"] = Write(BiasConstraint);
        return config;
    }

    /// <summary>The options of the kernels, in Keras' order.</summary>
    private protected abstract IReadOnlyList<KernelOptions> Kernels { get; }

    /// <summary>Puts an argument of a derived class where Keras has it.</summary>
    private protected static void WriteBefore(JsonObject config, string next, string key, JsonNode? value) => config.Insert(config.IndexOf(next), key, value);

    /// <summary>What Keras' names of the options of a kernel begin with, and the options.</summary>
    private protected sealed record KernelOptions(string Kind, Initializer Initializer, Regularizer? Regularizer, Constraint? Constraint);

    /// <summary>Checks what depends on several options.</summary>
    private protected virtual void CheckOptions()
    {
    }

    /// <summary>Creates the weights before the bias.</summary>
    private protected abstract void BuildKernels(int channels);

    /// <summary>The channels of the output.</summary>
    private protected abstract int OutputChannels(int channels);

    private protected override Shape OutputShape(Shape input) => Shape.Create([input[0], .. OutputAxes(input), input[^1] < 0 && OutputChannels(1) != OutputChannels(2) ? -1 : OutputChannels(input[^1])]);

    private protected static int CheckCount(int value, string name) =>
        value > 0 ? value : throw new ArgumentOutOfRangeException(name, $"{name} must be 1 or more. Received: {value}.");

    private protected Variable Existing(Variable? weight) => weight ?? throw NotBuilt();

    private InvalidOperationException NotBuilt() => new($"Layer '{Name}' must be built before it has weights. Call Build with the input's shape, or Apply.");

    private int CheckedChannels(Shape inputShape)
    {
        CheckRank(inputShape);
        var channels = LastOf(inputShape)[^1];
        return channels > 0 ? channels : throw Refusal($"Layer '{Name}' must know the channels of its input, 1 or more. Received shape {inputShape}.", nameof(inputShape));
    }
}
