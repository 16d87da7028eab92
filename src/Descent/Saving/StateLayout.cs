using Descent.Layers;

namespace Descent.Saving;

/// <summary>A layer and where Keras' files have its weights.</summary>
/// <param name="Group">The group in the file: <c>layers/lstm/cell</c>; empty for the model itself.</param>
/// <param name="Path">The names of the layers from below the model down to it: <c>lstm/lstm_cell</c>.</param>
/// <param name="Layer">The layer.</param>
internal sealed record LayerState(string Group, string Path, Layer Layer);

/// <summary>A weight of a model and where files have it.</summary>
/// <param name="Variable">The weight.</param>
/// <param name="Number">Where files that number weights have it: <c>layers/dense/vars/0</c>.</param>
/// <param name="Name">Its path below the model: <c>dense/kernel</c>.</param>
/// <param name="NumberedName">The same with its number among the weights of its layer, for files that know no more: <c>dense/0</c>.</param>
internal sealed record StateSlot(Variable Variable, string Number, string Name, string NumberedName);

/// <summary>How Keras lays out the weights of a model in files.</summary>
internal static class StateLayout
{
    /// <summary>The group that holds the variables of a layer or optimizer.</summary>
    public const string Variables = "vars";

    /// <summary>The model and all layers in it, each once, in the order in which Keras visits them.</summary>
    public static List<LayerState> Layers(Layer model)
    {
        var found = new List<LayerState>();
        Visit(new LayerState("", "", model), found, new HashSet<Layer>(ReferenceEqualityComparer.Instance));
        return found;
    }

    /// <summary>The weights of a model.</summary>
    public static List<StateSlot> Slots(Layer model) =>
        [.. Layers(model).SelectMany(l => l.Layer.OwnWeights.Select((v, i) => new StateSlot(v, PlaceOf(l.Group, i), Join(l.Path, v.Name), Join(l.Path, $"{i}"))))];

    /// <summary>Where a variable of a group stands.</summary>
    public static string PlaceOf(string group, int index) => Join(Join(group, Variables), FormattableString.Invariant($"{index}"));

    public static string Join(string path, string name) => path.Length == 0 ? name : $"{path}/{name}";

    /// <summary>Keras' name of one in a list: that of its class, and a number from the second on.</summary>
    public static string Numbered(string className, Dictionary<string, int> used)
    {
        var name = KerasNames.ToSnakeCase(className);
        var number = used[name] = used.TryGetValue(name, out var last) ? last + 1 : 0;
        return number == 0 ? name : FormattableString.Invariant($"{name}_{number}");
    }

    private static void Visit(LayerState state, List<LayerState> found, HashSet<Layer> visited)
    {
        if (!visited.Add(state.Layer)) return;
        found.Add(state);
        var lists = new Dictionary<string, Dictionary<string, int>>(StringComparer.Ordinal);
        foreach (var (attribute, part) in state.Layer.Children)
        {
            var place = attribute;
            if (attribute.EndsWith('/'))
            {
                if (!lists.TryGetValue(attribute, out var used)) lists[attribute] = used = new(StringComparer.Ordinal);
                place += Numbered(part.ClassName, used);
            }

            Visit(new LayerState(Join(state.Group, place), Join(state.Path, part.Name), part), found, visited);
        }
    }
}
