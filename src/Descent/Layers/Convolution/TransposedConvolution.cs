using System.Text.Json.Nodes;
using Descent.Activations;
using Descent.Constraints;
using Descent.Initializers;
using Descent.Kernels;
using Descent.Regularizers;

namespace Descent.Layers;

/// <summary>Transposed convolutions over one, two or three axes: they enlarge by their strides, as the gradient of a convolution does.</summary>
public abstract class TransposedConvolution : KernelLayer
{
    private Variable? _kernel;

    private protected TransposedConvolution(int axes, int filters, PerAxis kernelSize, ActivationFunction? activation)
        : base(axes, kernelSize, activation) => Filters = CheckCount(filters, nameof(filters));

    private protected TransposedConvolution(int axes, ConfigReader reader)
        : base(axes, reader)
    {
        Filters = CheckCount(reader.Int("filters"), "filters");
        if (reader.Node("output_padding") is not null) OutputPadding = ReadPerAxis(reader, "output_padding");
        KernelInitializer = ReadInitializer(reader, "kernel_initializer", KernelInitializer);
        KernelRegularizer = ReadRegularizer(reader, "kernel_regularizer");
        KernelConstraint = ReadConstraint(reader, "kernel_constraint");
    }

    /// <summary>The channels of the output.</summary>
    public int Filters { get; }

    /// <summary>
    /// What the output has beyond the smallest possible size, from 0 to below the strides. Default null: with <c>"same"</c> the output is the input times the
    /// strides, with <c>"valid"</c> all that the kernel reaches.
    /// </summary>
    /// <exception cref="ArgumentException">A number is less than 0, or they are neither one nor one per axis.</exception>
    public PerAxis? OutputPadding
    {
        get;
        init => field = value?.For(Axes, nameof(OutputPadding), least: 0);
    }

    /// <summary>Gives the kernel its first value; default <c>"glorot_uniform"</c>.</summary>
    public Initializer KernelInitializer { get; init; } = "glorot_uniform";

    /// <summary>A penalty on the kernel; default none.</summary>
    public Regularizer? KernelRegularizer { get; init; }

    /// <summary>Applied to the kernel after each step; default none.</summary>
    public Constraint? KernelConstraint { get; init; }

    /// <summary>The weights, of shape <c>(sizes…, filters, channels)</c>.</summary>
    /// <exception cref="InvalidOperationException">The layer is not built.</exception>
    public Variable Kernel => Existing(_kernel);

    private protected override int OutputChannels(int channels) => Filters;

    private protected override void CheckOptions()
    {
        RejectStridesWithDilation();
        for (var i = 0; i < Axes; i++)
            if (OutputPadding?[i] >= Strides[i])
                throw new ArgumentException($"OutputPadding of layer '{Name}' must be less than its strides. Received: OutputPadding={OutputPadding}, Strides={Strides}.");
    }

    private protected override void BuildKernels(int channels) =>
        _kernel = AddWeight("kernel", [.. KernelSize, Filters, channels], KernelInitializer, true, KernelRegularizer, KernelConstraint);

    private protected override int OutputSize(int input, int axis) =>
        Ops.TransposedSize(input, KernelSize[axis], DilationRate[axis], Strides[axis], Ops.ParsePadding(Padding), OutputPadding?[axis]);

    // The window of the convolution whose gradient this is slides over the output.
    private protected override SlidingWindow MakeWindow(Shape input) =>
        Ops.TransposedWindow(input, [.. KernelSize], Strides, Ops.ParsePadding(Padding), OutputPadding, DilationRate);

    private protected override bool Fits(SlidingWindow window, Shape input) => window.Gives(input);

    private protected override Tensor Compute(Tensor x)
    {
        var y = Ops.ConvInput(x, Kernel, BiasTensor, WindowOver(x), Filters);
        return Activation.IsRelu ? Ops.Relu(y) : y;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["filters"] = Filters;
        config["kernel_size"] = KerasJson.Integers(KernelSize);
        config["strides"] = KerasJson.Integers(Strides);
        config["padding"] = Padding;
        config["output_padding"] = OutputPadding is null ? null : KerasJson.Integers(OutputPadding);
        MoveLast(config, "data_format");
        config["dilation_rate"] = KerasJson.Integers(DilationRate);
        config["activation"] = Activation.ToJson();
        config["use_bias"] = UseBias;
        config["kernel_initializer"] = KerasRegistry.Serialize(KernelInitializer);
        config["bias_initializer"] = KerasRegistry.Serialize(BiasInitializer);
        config["kernel_regularizer"] = Write(KernelRegularizer);
        config["bias_regularizer"] = Write(BiasRegularizer);
        MoveLast(config, "activity_regularizer");
        config["kernel_constraint"] = Write(KernelConstraint);
        config["bias_constraint"] = Write(BiasConstraint);
        return config;
    }
}
