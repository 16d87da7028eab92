using System.Text.Json.Nodes;
using Descent.Activations;
using Descent.Constraints;
using Descent.Initializers;
using Descent.Regularizers;

namespace Descent.Layers;

/// <summary>What depthwise and separable convolutions have in common: filters for each channel.</summary>
public abstract class ChannelwiseConvolution : KernelLayer
{
    private protected ChannelwiseConvolution(int axes, PerAxis kernelSize, ActivationFunction? activation)
        : base(axes, kernelSize, activation)
    {
    }

    private protected ChannelwiseConvolution(int axes, ConfigReader reader)
        : base(axes, reader)
    {
        DepthMultiplier = reader.Int("depth_multiplier", DepthMultiplier);
        DepthwiseInitializer = ReadInitializer(reader, "depthwise_initializer", DepthwiseInitializer);
        DepthwiseRegularizer = ReadRegularizer(reader, "depthwise_regularizer");
        DepthwiseConstraint = ReadConstraint(reader, "depthwise_constraint");
    }

    /// <summary>How many filters each channel has, 1 or more; default 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int DepthMultiplier
    {
        get;
        init => field = CheckCount(value, nameof(DepthMultiplier));
    } = 1;

    /// <summary>Gives the kernel of the channels its first value; default <c>"glorot_uniform"</c>.</summary>
    public Initializer DepthwiseInitializer { get; init; } = "glorot_uniform";

    /// <summary>A penalty on the kernel of the channels; default none.</summary>
    public Regularizer? DepthwiseRegularizer { get; init; }

    /// <summary>Applied to the kernel of the channels after each step; default none.</summary>
    public Constraint? DepthwiseConstraint { get; init; }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        WriteBefore(config, "kernel_size", "depth_multiplier", DepthMultiplier);
        return config;
    }

    private protected override IReadOnlyList<KernelOptions> Kernels => [new("depthwise", DepthwiseInitializer, DepthwiseRegularizer, DepthwiseConstraint)];

    /// <summary>Creates the kernel of the channels: <c>(sizes…, channels, multiplier)</c>.</summary>
    private protected Variable AddDepthwiseKernel(string name, int channels) =>
        AddWeight(name, [.. KernelSize, channels, DepthMultiplier], DepthwiseInitializer, true, DepthwiseRegularizer, DepthwiseConstraint);

    /// <summary>Each channel convolved with its filters.</summary>
    private protected Tensor Channelwise(Tensor x, Tensor kernel, Tensor? bias, bool relu) => Ops.Conv(x, Ops.AsGroups(kernel), bias, relu, WindowOver(x));
}
