using System.Text.Json.Nodes;
using Descent.Layers;

namespace Descent;

public partial class Model
{
    private Model(ConfigReader reader, (KerasTensors Inputs, KerasTensors Outputs) graph)
        : this(graph.Inputs, graph.Outputs, reader.NullableString("name"))
    {
        if (!reader.Bool("trainable", true)) Trainable = false;
    }

    private protected override JsonObject? BuildConfig() => _graph is null ? base.BuildConfig() : new JsonObject { ["input_shape"] = null };

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        if (_graph is null) return base.GetConfig();
        var config = new JsonObject { ["name"] = Name, ["trainable"] = Trainable };
        new GraphWriter(_graph).Write(config, _given.Inputs, _given.Outputs);
        return config;
    }

    /// <summary>Makes a model of the functional API from what <see cref="GetConfig"/> returns; weights have new first values.</summary>
    /// <param name="config">The layers and how they are connected, in the form of Keras 3 or 2.</param>
    /// <returns>A new model.</returns>
    /// <exception cref="ArgumentException">An argument of the model or of a layer is missing, bad or not known, or the graph has a loop or a gap.</exception>
    public static Model FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Model(reader, new GraphReader(reader).Read()));

    /// <summary>Whether Keras counts the uses of this from 1 where it names the inputs and outputs of a model: of a model of the functional API.</summary>
    internal static bool CountsFromOne(Layer layer) => layer is Model { _graph: not null };
}
