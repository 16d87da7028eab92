using System.Text.Json.Nodes;
using Descent.Data;
using Descent.Layers;
using Descent.Saving;

namespace Descent;

public partial class Model
{
    /// <summary>Saves the model: architecture, weights, what <see cref="Compile"/> was given, and the optimizer's state, as Keras 3 does, which can open it.</summary>
    /// <remarks>The file appears only when it is whole: a crash or a full disk leaves the one that was there. What Keras has no place for stands beside its own entries, and it ignores it.</remarks>
    /// <param name="path">Where to: <c>.keras</c>, or <c>.h5</c> for the form of older versions.</param>
    /// <param name="options">What to leave out; default nothing.</param>
    /// <exception cref="ArgumentException">The path has another ending, or a part of the model cannot be written, such as a loss that is a function.</exception>
    /// <exception cref="InvalidOperationException">The model is not built, or its learning rate is a function.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path, SaveOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RequireWeights("saved");
        var includeOptimizer = (options ?? new SaveOptions()).IncludeOptimizer;
        var format = FileFormat.OfModel(path);
        WriteFile(path, file => format.Save(file, this, includeOptimizer));
    }

    /// <summary>Makes a model from a file that <see cref="Save"/> or Keras wrote.</summary>
    /// <remarks>
    /// The file is not trusted: only built-in classes and those of <see cref="KerasRegistry.Register{T}"/> are made, nothing in it is run, and every size is checked.
    /// </remarks>
    /// <param name="path">The file: <c>.keras</c>, or the <c>.h5</c> of Keras 1, 2 or 3.</param>
    /// <param name="compile">Whether the model is compiled as it was, and its optimizer goes on where it was. Default true.</param>
    /// <returns>The model; a <see cref="Sequential"/> where it was one.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, does not fit itself, or names a class that is not known.</exception>
    /// <exception cref="ArgumentException">The path has another ending.</exception>
    public static Model Load(string path, bool compile = true) => Load(path, out _, compile);

    /// <summary>Makes a model from a file, and tells what became of each of its tensors.</summary>
    /// <param name="path">The file: <c>.keras</c>, or the <c>.h5</c> of Keras 1, 2 or 3.</param>
    /// <param name="report">What was loaded, and notes such as that there were no checksums.</param>
    /// <param name="compile">Whether the model is compiled as it was, and its optimizer goes on where it was. Default true.</param>
    /// <returns>The model; a <see cref="Sequential"/> where it was one.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, does not fit itself, or names a class that is not known.</exception>
    /// <exception cref="ArgumentException">The path has another ending.</exception>
    public static Model Load(string path, out LoadReport report, bool compile = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        report = new LoadReport($"'{path}'");
        return FileFormat.OfModel(path).Load(path, compile, report);
    }

    /// <summary>Saves the weights alone; <c>.weights.h5</c> has the optimizer's state too, as in Keras.</summary>
    /// <remarks>The file appears only when it is whole.</remarks>
    /// <param name="path">Where to: <c>.weights.h5</c>, <c>.safetensors</c> or <c>.npz</c>.</param>
    /// <exception cref="ArgumentException">The path has another ending.</exception>
    /// <exception cref="InvalidOperationException">The model is not built.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveWeights(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RequireWeights("saved");
        var format = FileFormat.OfNewWeights(path);
        WriteFile(path, file => format.SaveWeights(file, this));
    }

    /// <summary>Gives the weights the values that a file has. By default all must be there with their shapes; if anything is wrong, nothing is changed.</summary>
    /// <param name="path">The file: <c>.weights.h5</c>, <c>.keras</c>, <c>.h5</c> of Keras 1, 2 or 3, <c>.safetensors</c> or <c>.npz</c>.</param>
    /// <param name="options">Whether parts may be missing, what is renamed, and what is skipped.</param>
    /// <returns>What became of each weight and each tensor.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or does not have what the model has.</exception>
    /// <exception cref="ArgumentException">The path has another ending.</exception>
    /// <exception cref="InvalidOperationException">The model is not built, or is to take an optimizer's state but is not compiled.</exception>
    public LoadReport LoadWeights(string path, LoadOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RequireWeights("loaded into");
        options ??= new LoadOptions();
        if (options.IncludeOptimizer && Optimizer is null)
            throw new InvalidOperationException($"Model '{Name}' must be compiled before the state of its optimizer is loaded. Call model.Compile first.");
        var report = new LoadReport($"'{path}'");
        lock (_turn) FileFormat.OfWeights(path).LoadWeights(path, this, options, report);
        return report;
    }

    /// <summary>The architecture as JSON in Keras' form, without weights.</summary>
    /// <returns>Text that <see cref="FromJson"/> and Keras' <c>model_from_json</c> read.</returns>
    public string ToJson() => Serialize().ToJsonString();

    /// <summary>Makes a model from the JSON of <see cref="ToJson"/> or of Keras; weights have new first values.</summary>
    /// <param name="json">The text.</param>
    /// <param name="maxBytes">The most memory that may be taken to make it, as a few words can describe a model of any size. Default null: half of what the process may use.</param>
    /// <returns>A new model; a <see cref="Sequential"/> where it was one.</returns>
    /// <exception cref="InvalidDataException">The text is no JSON of a model, names a class that is not known, or describes a model that is too large.</exception>
    public static Model FromJson(string json, long? maxBytes = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        const string Place = "the JSON";
        var config = SavedJson.Parse(json, Place);
        return Loading.FromText(Place, maxBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2, () => ModelConfig.Read(config, compile: false));
    }

    /// <summary>Builds the model as a config says that it was built.</summary>
    internal void BuildAs(JsonObject config)
    {
        if (config["input_shape"] is not JsonArray shape) return;
        EnsureBuilt(shape is [JsonArray, ..] ? [.. shape.Select(s => ConfigShapes.Read(s as JsonArray ?? []))] : [ConfigShapes.Read(shape)]);
    }

    // Of several ranks that train the model, the first one writes.
    private void WriteFile(string path, Action<FileStream> write)
    {
        lock (_turn)
        {
            var distribution = _compilation?.Distribution;
            using var whole = distribution?.GatherState(Optimizer!);
            if (distribution is not { Leads: false }) WholeFile.Write(path, write);
        }
    }

    private void RequireWeights(string done)
    {
        if (!Built) throw new InvalidOperationException($"Model '{Name}' must be built before its weights are {done}. Give the first layer an InputShape, or call Build with the input's shape.");
    }
}
