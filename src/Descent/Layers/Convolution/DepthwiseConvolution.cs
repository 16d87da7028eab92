using Descent.Activations;

namespace Descent.Layers;

/// <summary>Convolutions over one or two axes of each channel for itself.</summary>
public abstract class DepthwiseConvolution : ChannelwiseConvolution
{
    private Variable? _kernel;

    private protected DepthwiseConvolution(int axes, PerAxis kernelSize, ActivationFunction? activation)
        : base(axes, kernelSize, activation)
    {
    }

    private protected DepthwiseConvolution(int axes, ConfigReader reader)
        : base(axes, reader)
    {
    }

    /// <summary>The weights, of shape <c>(sizes…, channels, multiplier)</c>.</summary>
    /// <exception cref="InvalidOperationException">The layer is not built.</exception>
    public Variable Kernel => Existing(_kernel);

    private protected override int OutputChannels(int channels) => checked(channels * DepthMultiplier);

    private protected override void BuildKernels(int channels) => _kernel = AddDepthwiseKernel("kernel", channels);

    private protected override Tensor Compute(Tensor x) => Channelwise(x, Kernel, BiasTensor, Activation.IsRelu);
}
