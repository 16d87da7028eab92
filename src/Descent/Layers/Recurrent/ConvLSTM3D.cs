using System.Text.Json.Nodes;
using Descent.Activations;

namespace Descent.Layers;

/// <summary>A recurrent layer with convolutions over sequences of volumes: <c>(batch, time, depth, height, width, channels)</c>; see <see cref="ConvLSTM"/>.</summary>
/// <example><code>new ConvLSTM3D(16, 3) { Padding = "same", ReturnSequences = true }</code></example>
public sealed class ConvLSTM3D : ConvLSTM
{
    /// <summary>Creates the layer.</summary>
    /// <param name="filters">The channels of the output and of the states, 1 or more.</param>
    /// <param name="kernelSize">The size of the kernels on each spatial axis: <c>3 or (3, 5, 5)</c>.</param>
    /// <param name="activation">The function of what is remembered; default tanh.</param>
    /// <param name="recurrentActivation">The function of the gates; default sigmoid.</param>
    /// <exception cref="ArgumentException">A number is less than 1, or the sizes are neither one nor one per axis.</exception>
    public ConvLSTM3D(int filters, PerAxis kernelSize, ActivationFunction? activation = null, ActivationFunction? recurrentActivation = null)
        : base(3, filters, kernelSize, activation, recurrentActivation)
    {
    }

    private ConvLSTM3D(ConfigReader reader)
        : base(3, reader)
    {
    }

    /// <summary>Makes the layer from what <see cref="ConvLSTM.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static ConvLSTM3D FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new ConvLSTM3D(reader));
}
