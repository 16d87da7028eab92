using System.Text.Json.Nodes;
using Descent.Activations;
using Descent.Constraints;
using Descent.Initializers;
using Descent.Regularizers;

namespace Descent.Layers;

/// <summary>Convolutions over one or two axes of each channel for itself, followed by one of size 1 that mixes the channels.</summary>
public abstract class SeparableConvolution : ChannelwiseConvolution
{
    private Variable? _depthwiseKernel;
    private Variable? _pointwiseKernel;

    private protected SeparableConvolution(int axes, int filters, PerAxis kernelSize, ActivationFunction? activation)
        : base(axes, kernelSize, activation) => Filters = CheckCount(filters, nameof(filters));

    private protected SeparableConvolution(int axes, ConfigReader reader)
        : base(axes, reader)
    {
        Filters = CheckCount(reader.Int("filters"), "filters");
        PointwiseInitializer = ReadInitializer(reader, "pointwise_initializer", PointwiseInitializer);
        PointwiseRegularizer = ReadRegularizer(reader, "pointwise_regularizer");
        PointwiseConstraint = ReadConstraint(reader, "pointwise_constraint");
    }

    /// <summary>The channels of the output.</summary>
    public int Filters { get; }

    /// <summary>Gives the kernel that mixes channels its first value; default <c>"glorot_uniform"</c>.</summary>
    public Initializer PointwiseInitializer { get; init; } = "glorot_uniform";

    /// <summary>A penalty on the kernel that mixes channels; default none.</summary>
    public Regularizer? PointwiseRegularizer { get; init; }

    /// <summary>Applied to the kernel that mixes channels after each step; default none.</summary>
    public Constraint? PointwiseConstraint { get; init; }

    /// <summary>The weights of the channels, of shape <c>(sizes…, channels, multiplier)</c>.</summary>
    /// <exception cref="InvalidOperationException">The layer is not built.</exception>
    public Variable DepthwiseKernel => Existing(_depthwiseKernel);

    /// <summary>The weights that mix them, of shape <c>(1…, channels · multiplier, filters)</c>.</summary>
    /// <exception cref="InvalidOperationException">The layer is not built.</exception>
    public Variable PointwiseKernel => Existing(_pointwiseKernel);

    private protected override IReadOnlyList<KernelOptions> Kernels => [.. base.Kernels, new("pointwise", PointwiseInitializer, PointwiseRegularizer, PointwiseConstraint)];

    private protected override int OutputChannels(int channels) => Filters;

    private protected override void BuildKernels(int channels)
    {
        _depthwiseKernel = AddDepthwiseKernel("depthwise_kernel", channels);
        Shape shape = [.. PerAxis.One.For(Axes, "size"), checked(channels * DepthMultiplier), Filters];
        _pointwiseKernel = AddWeight("pointwise_kernel", shape, PointwiseInitializer, true, PointwiseRegularizer, PointwiseConstraint);
    }

    // The second convolution is a dense layer at each position.
    private protected override Tensor Compute(Tensor x)
    {
        Tensor pointwise = PointwiseKernel;
        return Ops.Dense(Channelwise(x, DepthwiseKernel, null, false), Ops.Reshape(pointwise, pointwise.Shape[^2..]), BiasTensor, Activation.IsRelu);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        WriteBefore(config, "kernel_size", "filters", Filters);
        return config;
    }
}
