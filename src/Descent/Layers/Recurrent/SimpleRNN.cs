using System.Text.Json.Nodes;
using Descent.Activations;

namespace Descent.Layers;

/// <summary>A recurrent layer whose output is fed back: <c>h' = tanh(x · kernel + h · recurrentKernel + bias)</c>; see <see cref="SimpleRNNCell"/>.</summary>
/// <example><code>new SimpleRNN(32) { ReturnSequences = true, Dropout = 0.2 }</code></example>
public sealed class SimpleRNN : RecurrentUnits
{
    /// <summary>Creates the layer.</summary>
    /// <param name="units">The size of the output and of the state, 1 or more.</param>
    /// <param name="activation">The function of the new state; default tanh.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="units"/> is less than 1.</exception>
    public SimpleRNN(int units, ActivationFunction? activation = null)
        : base(new SimpleRNNCell(units, activation))
    {
    }

    private SimpleRNN(ConfigReader reader)
        : base(reader, new SimpleRNNCell(CellOptions.ForSimpleRnn(reader.Int("units")).Read(reader)))
    {
    }

    /// <summary>The size of the output and of the state.</summary>
    public int Units => Options.Units;

    /// <summary>Makes the layer from what <see cref="RecurrentUnits.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static SimpleRNN FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new SimpleRNN(reader));
}
