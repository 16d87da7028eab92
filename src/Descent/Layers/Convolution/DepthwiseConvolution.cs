using System.Text.Json.Nodes;
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

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["depth_multiplier"] = DepthMultiplier;
        config["kernel_size"] = KerasJson.Integers(KernelSize);
        config["strides"] = KerasJson.Integers(Strides);
        config["padding"] = Padding;
        MoveLast(config, "data_format");
        config["dilation_rate"] = KerasJson.Integers(DilationRate);
        config["activation"] = Activation.ToJson();
        config["use_bias"] = UseBias;
        config["depthwise_initializer"] = KerasRegistry.Serialize(DepthwiseInitializer);
        config["bias_initializer"] = KerasRegistry.Serialize(BiasInitializer);
        config["depthwise_regularizer"] = Write(DepthwiseRegularizer);
        config["bias_regularizer"] = Write(BiasRegularizer);
        MoveLast(config, "activity_regularizer");
        config["depthwise_constraint"] = Write(DepthwiseConstraint);
        config["bias_constraint"] = Write(BiasConstraint);
        return config;
    }
}
