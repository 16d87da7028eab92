using System.Text.Json.Nodes;
using Descent.Cli.Tables;
using Descent.Data;
using Descent.Hdf5;
using Descent.Saving;

namespace Descent.Cli.Inspecting;

/// <summary>Looks into a <c>.keras</c> file.</summary>
internal static class KerasFile
{
    public static void Read(string path, bool verify, FileContents contents)
    {
        using var file = ByteSource.OpenFile(path);
        var archive = new ZipDirectory(file, $"'{path}'");
        if (verify) archive.VerifyAll();
        if (Json(archive, KerasArchive.MetadataEntry, path) is { } metadata)
        {
            contents.AddFact("Keras", FileContents.Text(metadata["keras_version"]));
            contents.AddFact("Saved", FileContents.Text(metadata["date_saved"]));
        }

        if (Json(archive, KerasArchive.ConfigEntry, path) is { } config)
        {
            contents.AddModel(config);
            if (config["compile_config"] is JsonObject compiled) contents.AddCompilation(compiled["optimizer"], compiled["loss"], compiled["metrics"]);
        }

        if (TableForm.Read(path) is { } form) contents.AddFact("Table", $"{string.Join(", ", form.Encoder.Columns.Select(column => column.Name))} -> {form.Target.Name}");
        if (archive.Contains(KerasArchive.WeightsEntry))
        {
            var stream = archive.Open(KerasArchive.WeightsEntry);
            using var weights = Hdf5File.Open(stream.CanSeek ? stream : archive.OpenSeekable(KerasArchive.WeightsEntry), $"'{KerasArchive.WeightsEntry}' of '{path}'");
            Hdf5Tree.Add(weights.Root, path, isFileChecked: true, verify: false, contents);
        }

        contents.AddEntries(archive, archive.Names.Except([KerasArchive.MetadataEntry, KerasArchive.ConfigEntry, KerasArchive.WeightsEntry, TableForm.Entry]));
    }

    private static JsonObject? Json(ZipDirectory archive, string name, string path) =>
        archive.Contains(name) ? SavedJson.Parse(archive.ReadAll(name, SavedJson.MaxBytes), $"'{name}' of '{path}'") : null;
}
