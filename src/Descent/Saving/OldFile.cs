using System.Text;
using Descent.Hdf5;
using Descent.Layers;

namespace Descent.Saving;

/// <summary>The groups of weights in the <c>.h5</c> files of Keras 1, 2 and 3: one for each layer, which lists the names of its weights in an attribute.</summary>
internal static class OldFile
{
    public const string WeightsGroup = "model_weights";
    public const string OptimizerGroup = "optimizer_weights";
    public const string VersionAttribute = "keras_version";
    public const string BackendAttribute = "backend";
    private const string LayersAttribute = "layer_names";
    private const string NamesAttribute = "weight_names";
    private const string TopLevelGroup = "top_level_model_weights";

    // What Keras puts into one attribute at most; longer lists are split.
    private const int AttributeLimit = 64512;

    /// <summary>Whether a group has the weights of layers in this form.</summary>
    public static bool IsIn(Hdf5Group group) => group.Attributes.Contains(LayersAttribute) || group.Attributes.Contains(LayersAttribute + "0");

    /// <summary>The layers of a file that have weights, and these.</summary>
    public static List<(string Layer, List<StoredTensor> Weights)> List(Hdf5Group group, string file)
    {
        var layers = new List<(string, List<StoredTensor>)>();
        var listed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var layer in Names(group, LayersAttribute, file))
        {
            if (!listed.Add(Child(group, layer, file).Path)) throw new InvalidDataException($"A group must list each layer once. Received: '{layer}' twice in '{group.Path}' of {file}.");
            if (List(Child(group, layer, file), layer, layers.Count, file) is { Count: > 0 } weights) layers.Add((layer, weights));
        }

        if (group.Contains(TopLevelGroup) && List(group.Group(TopLevelGroup), "", -1, file) is { Count: > 0 } own) layers.Add(("", own));
        return layers;
    }

    /// <summary>The tensors below a group that none of its lists names: Keras passes over them.</summary>
    /// <param name="group">The group.</param>
    /// <param name="listed">Where those stand that are listed.</param>
    public static IEnumerable<string> Unlisted(Hdf5Group group, IReadOnlySet<string> listed) => group.Names.SelectMany(name => group[name] switch
    {
        Hdf5Group child => Unlisted(child, listed),
        var dataset when !listed.Contains(PlaceOf(dataset)) => [PlaceOf(dataset)],
        _ => [],
    });

    /// <summary>The weights that a group lists, in their order.</summary>
    public static List<StoredTensor> List(Hdf5Group group, string layer, int number, string file)
    {
        var weights = new List<StoredTensor>();
        foreach (var name in Names(group, NamesAttribute, file))
        {
            if (!group.Contains(name) || group[name] is not Hdf5Dataset dataset)
                throw new InvalidDataException($"A group must have the weights that it lists. Received: '{group.Path}' without '{name}' in {file}.");
            weights.Add(new Hdf5Tensor(dataset, PlaceOf(dataset), StateLayout.Join(layer, $"{weights.Count}"), file, isFileChecked: false, NumberOf(number, weights.Count)));
        }

        return weights;
    }

    /// <summary>The weights of a model as these files number them: by the place of the layer among those that have weights, and in it first those that are trained.</summary>
    public static List<StateSlot> Slots(Model model)
    {
        var names = StateLayout.Slots(model).ToDictionary(s => s.Variable, s => s.Name);
        var slots = new List<StateSlot>();
        var number = 0;
        foreach (var layer in model.Layers.Where(l => l.Weights.Count > 0)) Add(layer.Name, number++, InOldOrder(layer.Weights));
        Add("", -1, [.. model.OwnWeights]);
        return slots;

        void Add(string layer, int number, IReadOnlyList<Variable> weights)
        {
            for (var i = 0; i < weights.Count; i++) slots.Add(new StateSlot(weights[i], NumberOf(number, i), names[weights[i]], StateLayout.Join(layer, $"{i}")));
        }
    }

    /// <summary>Writes the weights of a model.</summary>
    public static void Write(Hdf5GroupBuilder group, Model model)
    {
        WriteNames(group, LayersAttribute, [.. model.Layers.Select(l => l.Name)]);
        group.SetAttribute(BackendAttribute, KerasArchive.Backend);
        group.SetAttribute(VersionAttribute, KerasArchive.KerasVersion);
        foreach (var layer in model.Layers) Write(group.CreateGroup(layer.Name), InOldOrder(layer.Weights));
        Write(group.CreateGroup(TopLevelGroup), [.. model.OwnWeights]);
    }

    /// <summary>Writes variables by their paths, and the list of these.</summary>
    public static void Write(Hdf5GroupBuilder group, IReadOnlyList<Variable> variables)
    {
        var names = new List<string>();
        foreach (var variable in variables)
        {
            // Layers of models within models may have the same paths.
            var name = variable.Path;
            for (var i = 1; names.Contains(name); i++) name = $"{variable.Path}_{i}";
            names.Add(name);
            KerasWeights.Write(group, name, variable);
        }

        WriteNames(group, NamesAttribute, names);
    }

    private static IReadOnlyList<Variable> InOldOrder(IReadOnlyList<Variable> weights) => [.. weights.OrderBy(w => !w.Trainable)];

    private static string PlaceOf(Hdf5Object dataset) => dataset.Path.TrimStart('/');

    private static string NumberOf(int layer, int weight) => FormattableString.Invariant($"{layer}/{weight}");

    private static Hdf5Group Child(Hdf5Group group, string name, string file) => group.Contains(name) && group[name] is Hdf5Group child ? child : throw new InvalidDataException(
        $"A group must have a group for each layer that it lists. Received: '{group.Path}' without '{name}' in {file}.");

    private static List<string> Names(Hdf5Group group, string attribute, string file)
    {
        var names = new List<string>();
        if (group.Attributes.Contains(attribute)) Add(attribute);
        else if (!group.Attributes.Contains($"{attribute}0")) throw new InvalidDataException($"A group must have the attribute '{attribute}'. Received: '{group.Path}' of {file} without. The file is damaged.");
        else for (var i = 0; group.Attributes.Contains($"{attribute}{i}"); i++) Add($"{attribute}{i}");
        return names.TrueForAll(n => n.Length > 0) ? names : throw new InvalidDataException($"The names of layers and weights must not be empty. Received: '{attribute}' of '{group.Path}' in {file}.");

        // An empty list has no type, and is written as one of numbers.
        void Add(string part)
        {
            if (group.Attributes.Kind(part) == Hdf5Kind.String) names.AddRange(group.Attributes.GetStrings(part));
        }
    }

    private static void WriteNames(Hdf5GroupBuilder group, string attribute, List<string> names)
    {
        if (names.Count == 0)
        {
            group.SetAttribute(attribute, ReadOnlyMemory<double>.Empty);
            return;
        }

        var size = names.Count * names.Max(Encoding.UTF8.GetByteCount);
        var parts = (size + AttributeLimit - 1) / AttributeLimit;
        if (parts == 1) group.SetAttribute(attribute, names);
        else foreach (var (i, part) in names.Chunk((names.Count + parts - 1) / parts).Index()) group.SetAttribute($"{attribute}{i}", part);
    }
}
