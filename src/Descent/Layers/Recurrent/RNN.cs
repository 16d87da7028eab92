using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A recurrent layer around any cell, or around several that stand one on the other.</summary>
/// <example><code>new RNN([new LSTMCell(64), new GRUCell(32)]) { ReturnSequences = true }</code></example>
public sealed class RNN : Recurrent
{
    /// <summary>Creates the layer.</summary>
    /// <param name="cell">What runs over the time steps.</param>
    public RNN(RNNCell cell)
        : base(cell)
    {
    }

    /// <summary>Creates the layer around several cells: each takes the output of the one before it.</summary>
    /// <param name="cells">The cells, one or more.</param>
    /// <exception cref="ArgumentException">There is no cell.</exception>
    public RNN(IEnumerable<RNNCell> cells)
        : this(new StackedRNNCells(cells))
    {
    }

    private RNN(ConfigReader reader)
        : base(reader, ReadCell(reader.Object("cell"), "cell"))
    {
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["cell"] = Cell.Serialize();
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static RNN FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new RNN(reader));

    internal static RNNCell ReadCell(JsonObject json, string key) => Deserialize(json) as RNNCell ?? throw new ArgumentException(
        $"Argument '{key}' must be a cell of a recurrent layer. Received: {KerasNames.Shorten(json)}.");
}
