using System.Text.Json.Nodes;
using Descent.Activations;

namespace Descent.Layers;

/// <summary>A convolution over one axis, such as time: <c>activation(patches · kernel + bias)</c>.</summary>
/// <remarks>Input <c>(batch, steps, channels)</c>, output <c>(batch, steps, filters)</c>. Weights: kernel <c>(sizes…, channels / groups, filters)</c>, bias <c>(filters)</c>.</remarks>
/// <example><code>new Conv1D(32, 3, "relu") { Padding = "same" }</code></example>
public sealed class Conv1D : Convolution
{
    /// <summary>Creates the layer.</summary>
    /// <param name="filters">The channels of the output, 1 or more.</param>
    /// <param name="kernelSize">The size of the kernel on each spatial axis: <c>3</c>.</param>
    /// <param name="activation">The function applied to the output, or its name; default linear.</param>
    /// <exception cref="ArgumentException">A number is less than 1, or the sizes are neither one nor one per axis.</exception>
    public Conv1D(int filters, PerAxis kernelSize, ActivationFunction? activation = null)
        : base(1, filters, kernelSize, activation)
    {
    }

    private Conv1D(ConfigReader reader)
        : base(1, reader)
    {
    }

    private protected override bool AllowsCausal => true;

    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static Conv1D FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Conv1D(reader));
}
