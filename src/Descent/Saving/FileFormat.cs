using Descent.Data;
using Descent.Hdf5;

namespace Descent.Saving;

/// <summary>A kind of file, known by its ending.</summary>
internal abstract class FileFormat
{
    private static readonly FileFormat[] All = [new KerasFormat(), new WeightsFormat(), new OldFormat(), new SafetensorsFormat(), new NpzFormat()];

    private FileFormat(string ending, bool hasModels, bool writesWeights) => (Ending, HasModels, WritesWeights) = (ending, hasModels, writesWeights);

    private string Ending { get; }

    private bool HasModels { get; }

    private bool WritesWeights { get; }

    /// <summary>The format of a whole model.</summary>
    /// <exception cref="ArgumentException">No such format has the ending of the path.</exception>
    public static FileFormat OfModel(string path) => Find(path, f => f.HasModels, "A file of a model");

    /// <summary>The format of weights alone, to be written.</summary>
    /// <exception cref="ArgumentException">No such format has the ending of the path.</exception>
    public static FileFormat OfNewWeights(string path) => Find(path, f => f.WritesWeights, "A new file of weights");

    /// <summary>The format of a file that has weights.</summary>
    /// <exception cref="ArgumentException">No format has the ending of the path.</exception>
    public static FileFormat OfWeights(string path) => Find(path, _ => true, "A file of weights");

    /// <summary>Writes a whole model.</summary>
    public virtual void Save(Stream stream, Model model, bool includeOptimizer) => throw new NotSupportedException();

    /// <summary>Reads a whole model.</summary>
    public virtual Model Load(string path, bool compile, LoadReport report) => throw new NotSupportedException();

    /// <summary>Writes weights alone.</summary>
    public virtual void SaveWeights(Stream stream, Model model) => throw new NotSupportedException();

    /// <summary>Reads weights, all or none.</summary>
    public abstract void LoadWeights(string path, Model model, LoadOptions options, LoadReport report);

    private static FileFormat Find(string path, Predicate<FileFormat> fits, string what) =>
        Array.Find(All, f => path.EndsWith(f.Ending, StringComparison.OrdinalIgnoreCase)) is { } found && fits(found) ? found : throw new ArgumentException(
            $"{what} must end in {string.Join(" or ", All.Where(f => fits(f)).Select(f => f.Ending))}. Received: '{path}'.", nameof(path));

    private static void ReadKeras(Hdf5Group root, bool isChecked, Model model, LoadOptions options, LoadReport report)
    {
        var (weights, optimizer) = KerasWeights.List(root, report.File, isChecked);
        var match = StateMatch.Of(StateLayout.Slots(model), weights, report, options, byName: false).Require(options, model);
        if (!options.IncludeOptimizer && optimizer.Count > 0) report.NoteList.Add("the file has the state of an optimizer too, which LoadOptions.IncludeOptimizer loads");
        match.And(options.IncludeOptimizer ? OptimizerState.Match(model, optimizer, report) : null).VerifyAndRead();
    }

    private static void ReadNamed(List<StoredTensor> stored, Model model, LoadOptions options, LoadReport report)
    {
        var match = StateMatch.Of(StateLayout.Slots(model), stored, report, options, byName: true).Require(options, model);
        match.And(options.IncludeOptimizer ? OptimizerState.Match(model, [], report) : null).VerifyAndRead();
    }

    /// <summary>Keras 3's file of a model.</summary>
    private sealed class KerasFormat() : FileFormat(".keras", hasModels: true, writesWeights: false)
    {
        public override void Save(Stream stream, Model model, bool includeOptimizer) => KerasArchive.Write(stream, model, includeOptimizer);

        public override Model Load(string path, bool compile, LoadReport report) => KerasArchive.Read(path, compile, report);

        public override void LoadWeights(string path, Model model, LoadOptions options, LoadReport report)
        {
            using var file = ByteSource.OpenFile(path);
            using var weights = KerasArchive.OpenWeights(new ZipDirectory(file, report.File), report.File);
            ReadKeras(weights.Root, isChecked: true, model, options, report);
        }
    }

    /// <summary>An HDF5 file; which version of Keras wrote it shows inside.</summary>
    private abstract class Hdf5Format(string ending, bool hasModels) : FileFormat(ending, hasModels, writesWeights: !hasModels)
    {
        public sealed override void LoadWeights(string path, Model model, LoadOptions options, LoadReport report)
        {
            using var file = Hdf5File.Open(path);
            if (OldModel.IsIn(file.Root)) OldModel.ReadWeights(file.Root, model, options, report);
            else ReadKeras(file.Root, isChecked: false, model, options, report);
        }
    }

    /// <summary>Keras 3's file of weights.</summary>
    private sealed class WeightsFormat() : Hdf5Format(".weights.h5", hasModels: false)
    {
        public override void SaveWeights(Stream stream, Model model) => KerasWeights.Write(model, includeOptimizer: true).Save(stream);
    }

    /// <summary>The file of a model of Keras 1 and 2.</summary>
    private sealed class OldFormat() : Hdf5Format(".h5", hasModels: true)
    {
        public override void Save(Stream stream, Model model, bool includeOptimizer) => OldModel.Write(stream, model, includeOptimizer);

        public override Model Load(string path, bool compile, LoadReport report)
        {
            using var file = Hdf5File.Open(path);
            return OldModel.Read(file.Root, new FileInfo(path).Length, compile, report);
        }
    }

    private sealed class SafetensorsFormat() : FileFormat(".safetensors", hasModels: false, writesWeights: true)
    {
        public override void SaveWeights(Stream stream, Model model) => Safetensors.Write(stream, [.. StateLayout.Slots(model).Select(s => (s.Name, s.Variable))]);

        public override void LoadWeights(string path, Model model, LoadOptions options, LoadReport report)
        {
            using var file = ByteSource.OpenFile(path);
            ReadNamed(Safetensors.List(file, report.File), model, options, report);
        }
    }

    private sealed class NpzFormat() : FileFormat(".npz", hasModels: false, writesWeights: true)
    {
        public override void SaveWeights(Stream stream, Model model) => Npz.Write(stream, StateLayout.Slots(model).Select(s => KeyValuePair.Create(s.Name, s.Variable.View)), compressed: false);

        public override void LoadWeights(string path, Model model, LoadOptions options, LoadReport report)
        {
            using var file = ByteSource.OpenFile(path);
            ReadNamed(NpzTensor.List(new ZipDirectory(file, report.File), report.File), model, options, report);
        }
    }
}
