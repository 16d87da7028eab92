using System.Text.Json.Nodes;
using Descent.Activations;
using Descent.Constraints;
using Descent.Initializers;
using Descent.Regularizers;

namespace Descent.Layers;

/// <summary>Convolutions whose one kernel mixes the channels: plain and transposed ones.</summary>
public abstract class FullConvolution : KernelLayer
{
    private Variable? _kernel;

    private protected FullConvolution(int axes, int filters, PerAxis kernelSize, ActivationFunction? activation)
        : base(axes, kernelSize, activation) => Filters = CheckCount(filters, nameof(filters));

    private protected FullConvolution(int axes, ConfigReader reader)
        : base(axes, reader)
    {
        Filters = CheckCount(reader.Int("filters"), "filters");
        KernelInitializer = ReadInitializer(reader, "kernel_initializer", KernelInitializer);
        KernelRegularizer = ReadRegularizer(reader, "kernel_regularizer");
        KernelConstraint = ReadConstraint(reader, "kernel_constraint");
    }

    /// <summary>The channels of the output.</summary>
    public int Filters { get; }

    /// <summary>Gives the kernel its first value; default <c>"glorot_uniform"</c>.</summary>
    public Initializer KernelInitializer { get; init; } = "glorot_uniform";

    /// <summary>A penalty on the kernel; default none.</summary>
    public Regularizer? KernelRegularizer { get; init; }

    /// <summary>Applied to the kernel after each step; default none.</summary>
    public Constraint? KernelConstraint { get; init; }

    /// <summary>The weights, of shape <c>(sizes…, channels / groups, filters)</c>; of a transposed convolution <c>(sizes…, filters, channels)</c>.</summary>
    /// <exception cref="InvalidOperationException">The layer is not built.</exception>
    public Variable Kernel => Existing(_kernel);

    private protected sealed override IReadOnlyList<KernelOptions> Kernels => [new("kernel", KernelInitializer, KernelRegularizer, KernelConstraint)];

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        WriteBefore(config, "kernel_size", "filters", Filters);
        return config;
    }

    private protected sealed override int OutputChannels(int channels) => Filters;

    private protected sealed override void BuildKernels(int channels) =>
        _kernel = AddWeight("kernel", [.. KernelSize, .. ChannelAxes(channels)], KernelInitializer, true, KernelRegularizer, KernelConstraint);

    /// <summary>The last two axes of the kernel for an input of some channels.</summary>
    /// <exception cref="ArgumentException">The channels do not fit the layer.</exception>
    private protected abstract int[] ChannelAxes(int channels);

    private protected override void CheckOptions()
    {
        if (Strides.Max() > 1 && DilationRate.Max() > 1)
            throw Refusal($"Only one of Strides and DilationRate of layer '{Name}' can be above 1. Received: Strides={Strides}, DilationRate={DilationRate}.");
    }
}
