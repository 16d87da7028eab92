using System.Text.Json.Nodes;
using Descent.Activations;

namespace Descent.Layers;

/// <summary>A convolution over one axis, such as time of each channel for itself.</summary>
/// <remarks>Input <c>(batch, steps, channels)</c>, output <c>(batch, steps, channels · multiplier)</c>. Weights: kernel <c>(sizes…, channels, multiplier)</c>, bias <c>(channels · multiplier)</c>.</remarks>
/// <example><code>new DepthwiseConv1D(3) { DepthMultiplier = 2, Padding = "same" }</code></example>
public sealed class DepthwiseConv1D : DepthwiseConvolution
{
    /// <summary>Creates the layer.</summary>
    /// <param name="kernelSize">The size of the kernel on each spatial axis: <c>3</c>.</param>
    /// <param name="activation">The function applied to the output, or its name; default linear.</param>
    /// <exception cref="ArgumentException">A number is less than 1, or the sizes are neither one nor one per axis.</exception>
    public DepthwiseConv1D(PerAxis kernelSize, ActivationFunction? activation = null)
        : base(1, kernelSize, activation)
    {
    }

    private DepthwiseConv1D(ConfigReader reader)
        : base(1, reader)
    {
    }

    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static DepthwiseConv1D FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new DepthwiseConv1D(reader));
}
