using System.Text.Json.Nodes;
using Descent.Activations;

namespace Descent.Layers;

/// <summary>A recurrent layer with gates, and one state where an <see cref="LSTM"/> has two; see <see cref="GRUCell"/> for the formulas.</summary>
/// <example><code>new GRU(64) { ReturnSequences = true, ResetAfter = false }</code></example>
/// <seealso href="https://arxiv.org/abs/1406.1078">Cho et al., Learning Phrase Representations using RNN Encoder-Decoder (2014)</seealso>
public sealed class GRU : RecurrentUnits
{
    /// <summary>Creates the layer.</summary>
    /// <param name="units">The size of the output and of the state, 1 or more.</param>
    /// <param name="activation">The function of the candidate state; default tanh.</param>
    /// <param name="recurrentActivation">The function of the gates; default sigmoid.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="units"/> is less than 1.</exception>
    public GRU(int units, ActivationFunction? activation = null, ActivationFunction? recurrentActivation = null)
        : base(new GRUCell(units, activation, recurrentActivation))
    {
    }

    private GRU(ConfigReader reader)
        : base(reader, new GRUCell(CellOptions.ForGru(reader.Int("units")).Read(reader)))
    {
    }

    /// <summary>The size of the output and of the state.</summary>
    public int Units => Options.Units;

    /// <summary>The function of the gates; default sigmoid. With any other the steps are computed one by one.</summary>
    public ActivationFunction RecurrentActivation => Options.RecurrentActivation!;

    /// <inheritdoc cref="GRUCell.ResetAfter"/>
    public bool ResetAfter { get => Options.ResetAfter!.Value; init => Options.ResetAfter = value; }

    /// <summary>Makes the layer from what <see cref="RecurrentUnits.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static GRU FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new GRU(reader));
}
