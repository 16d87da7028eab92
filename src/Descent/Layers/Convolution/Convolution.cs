using System.Text.Json.Nodes;
using Descent.Activations;
using Descent.Constraints;
using Descent.Initializers;
using Descent.Regularizers;

namespace Descent.Layers;

/// <summary>Convolutions over one, two or three axes.</summary>
public abstract class Convolution : KernelLayer
{
    private Variable? _kernel;

    private protected Convolution(int axes, int filters, PerAxis kernelSize, ActivationFunction? activation)
        : base(axes, kernelSize, activation) => Filters = CheckCount(filters, nameof(filters));

    private protected Convolution(int axes, ConfigReader reader)
        : base(axes, reader)
    {
        Filters = CheckCount(reader.Int("filters"), "filters");
        Groups = reader.Int("groups", Groups);
        KernelInitializer = ReadInitializer(reader, "kernel_initializer", KernelInitializer);
        KernelRegularizer = ReadRegularizer(reader, "kernel_regularizer");
        KernelConstraint = ReadConstraint(reader, "kernel_constraint");
    }

    /// <summary>The channels of the output.</summary>
    public int Filters { get; }

    /// <summary>Into how many groups channels and filters are divided, each convolved for itself; must divide both; default 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int Groups
    {
        get;
        init => field = CheckCount(value, nameof(Groups));
    } = 1;

    /// <summary>Gives the kernel its first value; default <c>"glorot_uniform"</c>.</summary>
    public Initializer KernelInitializer { get; init; } = "glorot_uniform";

    /// <summary>A penalty on the kernel; default none.</summary>
    public Regularizer? KernelRegularizer { get; init; }

    /// <summary>Applied to the kernel after each step; default none.</summary>
    public Constraint? KernelConstraint { get; init; }

    /// <summary>The weights, of shape <c>(sizes…, channels / groups, filters)</c>.</summary>
    /// <exception cref="InvalidOperationException">The layer is not built.</exception>
    public Variable Kernel => Existing(_kernel);

    private protected override int OutputChannels(int channels) => Filters;

    private protected override void CheckOptions()
    {
        RejectStridesWithDilation();
        if (Filters % Groups != 0)
            throw new ArgumentException($"Groups of layer '{Name}' must divide its filters. Received: Groups={Groups}, Filters={Filters}.");
    }

    private protected override void BuildKernels(int channels)
    {
        if (channels % Groups != 0)
            throw new ArgumentException($"Groups of layer '{Name}' must divide the channels of its input. Received: Groups={Groups}, {channels} channels.");
        _kernel = AddWeight("kernel", [.. KernelSize, channels / Groups, Filters], KernelInitializer, true, KernelRegularizer, KernelConstraint);
    }

    private protected override Tensor Compute(Tensor x) => Ops.Conv(x, Kernel, BiasTensor, Activation.IsRelu, WindowOver(x));

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["filters"] = Filters;
        config["kernel_size"] = KerasJson.Integers(KernelSize);
        config["strides"] = KerasJson.Integers(Strides);
        config["padding"] = Padding;
        MoveLast(config, "data_format");
        config["dilation_rate"] = KerasJson.Integers(DilationRate);
        config["groups"] = Groups;
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
