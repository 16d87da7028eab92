using Descent.Hdf5;
using Descent.Saving;

namespace Descent.Cli.Inspecting;

/// <summary>Looks into an HDF5 file: weights, or a whole model of any Keras.</summary>
internal static class Hdf5Tree
{
    private const string Fletcher32 = "fletcher32";

    public static void Read(string path, bool verify, FileContents contents)
    {
        using var file = Hdf5File.Open(path);
        var attributes = file.Root.Attributes;
        contents.AddFact("Keras", Text(attributes, "keras_version"));
        contents.AddFact("Backend", Text(attributes, "backend"));
        if (Text(attributes, "model_config") is { } model) contents.AddModel(SavedJson.Parse(model, $"'model_config' of '{path}'"));
        if (Text(attributes, "training_config") is { } training)
        {
            var config = SavedJson.Parse(training, $"'training_config' of '{path}'");
            contents.AddCompilation(config["optimizer_config"], config["loss"], config["metrics"]);
        }

        if (verify) OldModel.VerifyTexts(file.Root, $"'{path}'");
        Add(file.Root, path, isFileChecked: false, verify, contents);
    }

    /// <summary>Adds the datasets of a group and of those below it.</summary>
    /// <param name="root">The group.</param>
    /// <param name="file">The file, for messages.</param>
    /// <param name="isFileChecked">Whether a checksum of the whole file is kept elsewhere.</param>
    /// <param name="verify">Whether datasets are read to verify their own.</param>
    /// <param name="contents">Takes them.</param>
    public static void Add(Hdf5Group root, string file, bool isFileChecked, bool verify, FileContents contents)
    {
        // Groups form a tree of bounded depth: the reader sees to that.
        foreach (var name in InOrder(root.Names))
        {
            if (root.LinkOf(name) is { } link)
            {
                contents.AddFact("Link", $"{root.Path.TrimEnd('/')}/{name}: {link}, which is not followed");
                continue;
            }

            var child = root[name];
            var path = child.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
            if (child is Hdf5Group group)
            {
                if (Text(group.Attributes, "name") is { } own && !path.Contains(own)) contents.GroupNotes[string.Join('/', path)] = own;
                Add(group, file, isFileChecked, verify, contents);
                continue;
            }

            var dataset = (Hdf5Dataset)child;
            var (isSummed, isFiltered) = (dataset.Attributes.Contains(Hdf5Tensor.ChecksumAttribute), dataset.Filters.Contains(Fletcher32));
            contents.Arrays.Add(new StoredArray(
                path, Text(dataset.Attributes, Hdf5Tensor.NameAttribute), Hdf5Tensor.TypeOf(dataset), dataset.Dimensions, dataset.Length * dataset.ElementSize, isFileChecked || isSummed || isFiltered));
            if (!verify) continue;
            if (isSummed) Hdf5Tensor.Verify(dataset, child.Path, $"'{file}'");
            else if (isFiltered) dataset.ReadBytes(_ => { }); // which verifies what filters keep
        }
    }

    // Variables are called by their numbers.
    private static IEnumerable<string> InOrder(IReadOnlyList<string> names) =>
        names.All(name => name.All(char.IsAsciiDigit)) ? names.OrderBy(name => name.Length).ThenBy(name => name, StringComparer.Ordinal) : names;

    private static string? Text(Hdf5Attributes attributes, string name) => attributes.TryGetString(name, out var text) ? text : null;
}
