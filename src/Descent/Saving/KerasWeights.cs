using System.Runtime.InteropServices;
using Descent.Data;
using Descent.Hdf5;
using Descent.Optimizers;

namespace Descent.Saving;

/// <summary>The HDF5 file of a <c>.weights.h5</c> or <c>.keras</c> file as Keras 3 lays it out: a group for each layer, in it <c>vars</c>, in it the weights by number.</summary>
internal static class KerasWeights
{
    private const string OptimizerGroup = "optimizer";
    private const string NameAttribute = "name";

    /// <summary>Where Keras 2.12 to 2.15 had what is now <c>layers</c>.</summary>
    private const string OldLayersGroup = "_layer_checkpoint_dependencies";
    private const string LayersGroup = "layers";

    /// <summary>Lays out a model; the file is written by <see cref="Hdf5Writer.Save"/> from the variables' own memory.</summary>
    public static Hdf5Writer Write(Model model, bool includeOptimizer)
    {
        var writer = new Hdf5Writer();
        foreach (var (group, _, layer) in StateLayout.Layers(model)) Write(writer.Root, group, layer.Name, [.. layer.OwnWeights]);
        if (includeOptimizer && model.Optimizer is { } optimizer)
        {
            Write(writer.Root, OptimizerGroup, optimizer, optimizer.Unsaved);
            if (optimizer.Unsaved is { Count: > 0 } own) Write(writer.Root, StateLayout.Join(OptimizerGroup, ConfigReader.OwnKey), optimizer.Name, own);
        }

        return writer;
    }

    /// <summary>Adds a variable, its checksum and a name.</summary>
    public static Hdf5DatasetBuilder Write(Hdf5GroupBuilder group, string place, Variable variable)
    {
        long[] dimensions = [.. variable.Shape.Select(d => (long)d)];
        var view = variable.View;
        var dataset = view.DType == DType.Float32
            ? group.CreateDataset(place, dimensions, view.CellMemory)
            : group.CreateDataset(place, dimensions, view.Ints.ToArray().AsMemory());
        dataset.SetAttribute(Hdf5Tensor.ChecksumAttribute, (long)Crc32.Of(MemoryMarshal.AsBytes(view.Cells)));
        return dataset;
    }

    /// <summary>The tensors of a file: those of the layers, and those of the optimizer in their order, behind them those that Keras does not save.</summary>
    /// <param name="root">The file's root.</param>
    /// <param name="file">The file, for messages.</param>
    /// <param name="isChecked">Whether a checksum of the whole file has been verified.</param>
    public static (List<StoredTensor> Weights, List<StoredTensor> Optimizer) List(Hdf5Group root, string file, bool isChecked)
    {
        var (weights, optimizer) = (new List<StoredTensor>(), new List<StoredTensor>());
        Visit(root, "", "");
        return (weights, optimizer);

        void Visit(Hdf5Group group, string place, string path)
        {
            foreach (var name in group.Names)
            {
                var inner = StateLayout.Join(place, name == OldLayersGroup ? LayersGroup : name);
                if (group[name] is not Hdf5Group child)
                {
                    weights.Add(new Hdf5Tensor((Hdf5Dataset)group[name], inner, inner, file, isChecked));
                }
                else if (name == StateLayout.Variables)
                {
                    AddVariables(child, inner, path, weights);
                }
                else
                {
                    var variables = child.Contains(StateLayout.Variables) ? child.Group(StateLayout.Variables) : null;
                    if (inner != OptimizerGroup) Visit(child, inner, variables is null ? path : StateLayout.Join(path, NameOf(variables) ?? name));
                    else if (variables is not null) AddOptimizer(child, variables, inner);
                    else if (child.Names.Count > 0) throw new InvalidDataException($"Group '{inner}' of {file} must have a group '{StateLayout.Variables}'. Received: {string.Join(", ", child.Names.Take(5))}. The file is damaged.");
                }
            }
        }

        void AddOptimizer(Hdf5Group group, Hdf5Group variables, string place)
        {
            AddVariables(variables, StateLayout.Join(place, StateLayout.Variables), "", optimizer);
            var own = StateLayout.Join(ConfigReader.OwnKey, StateLayout.Variables);
            if (group.Contains(own)) AddVariables(group.Group(own), StateLayout.Join(place, own), "", optimizer);
        }

        void AddVariables(Hdf5Group variables, string place, string path, List<StoredTensor> target)
        {
            foreach (var key in variables.Names.OrderBy(n => n.Length).ThenBy(n => n, StringComparer.Ordinal))
            {
                var dataset = variables.Dataset(key);
                var name = dataset.Attributes.Contains(Hdf5Tensor.NameAttribute) ? dataset.Attributes.GetString(Hdf5Tensor.NameAttribute) : key;
                target.Add(new Hdf5Tensor(dataset, StateLayout.Join(place, key), StateLayout.Join(path, name), file, isChecked));
            }
        }
    }

    // A list of layers has no variables and no name.
    private static string? NameOf(Hdf5Group variables) => variables.Attributes.TryGetString(NameAttribute, out var name) ? name : null;

    private static void Write(Hdf5GroupBuilder root, string group, Optimizer optimizer, IReadOnlyList<Variable> unsaved)
    {
        Write(root, group, optimizer.Name, [.. optimizer.Variables.Except(unsaved)]);
        if (optimizer is WrapperOptimizer wrapper) Write(root, $"{group}/inner_optimizer", wrapper.InnerOptimizer, unsaved);
        if (optimizer is not MultiOptimizer multi) return;
        var used = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var inner in multi.Optimizers) Write(root, $"{group}/optimizers/{StateLayout.Numbered(inner.GetType().Name, used)}", inner, unsaved);
    }

    private static void Write(Hdf5GroupBuilder root, string group, string name, IReadOnlyList<Variable> variables)
    {
        var place = StateLayout.Join(group, StateLayout.Variables);
        root.CreateGroup(place).SetAttribute(NameAttribute, name);
        for (var i = 0; i < variables.Count; i++)
            Write(root, StateLayout.PlaceOf(group, i), variables[i]).SetAttribute(Hdf5Tensor.NameAttribute, variables[i].Name);
    }
}
