using System.Text.Json.Nodes;
using Descent.Activations;

namespace Descent.Layers;

/// <summary>A recurrent layer with gates that decide what it remembers; see <see cref="LSTMCell"/> for the formulas.</summary>
/// <example><code>new LSTM(64) { ReturnSequences = true, Dropout = 0.2, RecurrentInitializer = "glorot_uniform" }</code></example>
/// <seealso href="https://doi.org/10.1162/neco.1997.9.8.1735">Hochreiter and Schmidhuber, Long Short-Term Memory (1997)</seealso>
public sealed class LSTM : RecurrentUnits
{
    /// <summary>Creates the layer.</summary>
    /// <param name="units">The size of the output and of the states, 1 or more.</param>
    /// <param name="activation">The function of what is remembered; default tanh.</param>
    /// <param name="recurrentActivation">The function of the gates; default sigmoid.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="units"/> is less than 1.</exception>
    public LSTM(int units, ActivationFunction? activation = null, ActivationFunction? recurrentActivation = null)
        : base(new LSTMCell(units, activation, recurrentActivation))
    {
    }

    private LSTM(ConfigReader reader)
        : base(reader, new LSTMCell(CellOptions.ForLstm(reader.Int("units")).Read(reader)))
    {
    }

    /// <summary>The size of the output and of the states.</summary>
    public int Units => Options.Units;

    /// <summary>The function of the gates; default sigmoid. With any other the steps are computed one by one.</summary>
    public ActivationFunction RecurrentActivation => Options.RecurrentActivation!;

    /// <inheritdoc cref="LSTMCell.UnitForgetBias"/>
    public bool UnitForgetBias { get => Options.UnitForgetBias!.Value; init => Options.UnitForgetBias = value; }

    /// <summary>Makes the layer from what <see cref="RecurrentUnits.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static LSTM FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new LSTM(reader));
}
