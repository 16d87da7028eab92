using System.Text.Json.Nodes;
using Descent.Activations;
using Descent.Kernels;

namespace Descent.Layers;

/// <summary>Transposed convolutions over one, two or three axes: they enlarge by their strides, as the gradient of a convolution does.</summary>
public abstract class TransposedConvolution : FullConvolution
{
    private protected TransposedConvolution(int axes, int filters, PerAxis kernelSize, ActivationFunction? activation)
        : base(axes, filters, kernelSize, activation)
    {
    }

    private protected TransposedConvolution(int axes, ConfigReader reader)
        : base(axes, reader)
    {
        if (reader.Node("output_padding") is not null) OutputPadding = ReadPerAxis(reader, "output_padding");
    }

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

    private protected override void CheckOptions()
    {
        base.CheckOptions();
        for (var i = 0; i < Axes; i++)
            if (OutputPadding?[i] >= Strides[i])
                throw Refusal($"OutputPadding of layer '{Name}' must be less than its strides. Received: OutputPadding={OutputPadding}, Strides={Strides}.");
    }

    private protected override int[] ChannelAxes(int channels) => [Filters, channels];

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
        WriteBefore(config, "data_format", "output_padding", OutputPadding is null ? null : KerasJson.Integers(OutputPadding));
        return config;
    }
}
