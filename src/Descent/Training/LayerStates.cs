using System.Text.Json.Nodes;
using Descent.Callbacks;
using Descent.Layers;
using Descent.Saving;

namespace Descent.Training;

/// <summary>What training changes in layers beside their weights: random numbers drawn, what recurrent layers remember from batch to batch, what is frozen.</summary>
internal static class LayerStates
{
    private const string FrozenLayers = "frozen_layers";
    private const string FrozenWeights = "frozen_weights";
    private const string States = "states";

    public static TrainingState Get(Model model)
    {
        var layers = StateLayout.Layers(model);
        var state = new TrainingState
        {
            Values =
            {
                [FrozenLayers] = Texts(layers.Where(l => !l.Layer.Trainable).Select(l => l.Group)),
                [FrozenWeights] = Texts(StateLayout.Slots(model).Where(s => !s.Variable.Trainable).Select(s => s.Number)),
            },
        };
        ModelConfig.WriteStreams(model, state.Values);
        foreach (var (group, _, layer) in layers)
            if (layer is Recurrent { States: { } states }) state.AddList(StateLayout.Join(group, States), states);
        return state;
    }

    /// <exception cref="ArgumentException">It is the state of other layers.</exception>
    public static void Set(Model model, TrainingState state)
    {
        var reader = state.Reader($"model '{model.Name}'");
        var (frozenLayers, frozenWeights) = (reader.Strings(FrozenLayers).ToHashSet(), reader.Strings(FrozenWeights).ToHashSet());
        foreach (var (group, _, layer) in StateLayout.Layers(model))
        {
            layer.Trainable = !frozenLayers.Contains(group); // from the outside in: a layer passes it on
            if (layer is Recurrent recurrent) recurrent.States = state.List(StateLayout.Join(group, States)) is { Count: > 0 } states ? states : null;
        }

        foreach (var slot in StateLayout.Slots(model)) slot.Variable.Trainable = !frozenWeights.Contains(slot.Number);
        ModelConfig.ReadStreams(model, state.Values);
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);
}
