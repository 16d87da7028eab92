using System.Formats.Tar;
using System.IO.Compression;

namespace Descent.Data;

public static partial class Datasets
{
    /// <summary>CIFAR-10: 60,000 colour photographs of 32 by 32 pixels in ten classes.</summary>
    public static class Cifar10
    {
        private const int Batches = 5;
        private const int Side = 32;
        private const int Channels = 3;
        private const string Folder = "cifar-10-batches-py/";

        /// <summary>Where the data set comes from. The archive has the name that Keras gives it.</summary>
        internal static DatasetFile File { get; } = new(
            new Uri("https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"),
            "cifar-10-batches-py-target_archive",
            "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce");

        /// <summary>Loads the data set (163 MB to download). The archive is read as it is and never unpacked to disk.</summary>
        /// <param name="progress">Told how far the download has come.</param>
        /// <param name="cancellationToken">Stops the download.</param>
        /// <returns>
        /// Images of shape <c>(50000, 32, 32, 3)</c> to train on and <c>(10000, 32, 32, 3)</c> to test on, and their classes of shape
        /// <c>(50000, 1)</c> and <c>(10000, 1)</c>: 0 airplane, 1 automobile, 2 bird, 3 cat, 4 deer, 5 dog, 6 frog, 7 horse, 8 ship, 9 truck.
        /// </returns>
        /// <exception cref="HttpRequestException">The file is not there and cannot be downloaded.</exception>
        /// <exception cref="InvalidDataException">The file is not what it should be.</exception>
        public static ((Tensor X, Tensor Y) Train, (Tensor X, Tensor Y) Test) LoadData(
            IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default) =>
            LoadData(DatasetStore.Default, File, progress, cancellationToken);

        internal static ((Tensor X, Tensor Y) Train, (Tensor X, Tensor Y) Test) LoadData(
            DatasetStore store, DatasetFile file, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
        {
            var parts = ReadArchive(store.Get(file, progress, cancellationToken));
            (Tensor X, Tensor Y)[] train = [.. Enumerable.Range(1, Batches).Select(number => parts[$"data_batch_{number}"])];
            return ((Ops.Concatenate([.. train.Select(part => part.X)], axis: 0), Ops.Concatenate([.. train.Select(part => part.Y)], axis: 0)), parts["test_batch"]);
        }

        private static Dictionary<string, (Tensor X, Tensor Y)> ReadArchive(string path)
        {
            List<string> wanted = [.. Enumerable.Range(1, Batches).Select(number => $"data_batch_{number}"), "test_batch"];
            var parts = new Dictionary<string, (Tensor, Tensor)>();
            using var file = ByteSource.OpenFile(path);
            using var archive = new TarReader(new GZipStream(file, CompressionMode.Decompress));
            while (parts.Count < wanted.Count)
            {
                if (Next(archive, path) is not { } entry)
                    throw new InvalidDataException($"The archive must hold {string.Join(", ", wanted)} in '{Folder}'. Received: only {string.Join(", ", parts.Keys.DefaultIfEmpty("none"))} in '{path}'.");
                var name = entry.Name.StartsWith(Folder, StringComparison.Ordinal) ? entry.Name[Folder.Length..] : "";
                if (entry.DataStream is { } data && wanted.Contains(name))
                    parts[name] = ReadBatch(data, entry.Length, $"'{name}' of '{path}'");
            }

            return parts;
        }

        private static TarEntry? Next(TarReader archive, string path)
        {
            try
            {
                return archive.GetNextEntry();
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
            {
                throw new InvalidDataException($"The file must be a whole tar.gz archive. Received: '{path}'. {e.Message}", e);
            }
        }

        private static (Tensor X, Tensor Y) ReadBatch(Stream stream, long length, string place)
        {
            // The archive goes on after its entry.
            using var source = new ByteSource(stream, place, length);
            if (new PickleReader(source).Read() is not Dictionary<string, object?> batch
                || batch.GetValueOrDefault("data") is not PickledArray data || batch.GetValueOrDefault("labels") is not List<object?> labels)
                throw source.Refuse("A batch must be a dictionary with 'data' and 'labels'", "something else");

            var images = data.ToTensor(source, DType.Float32);
            if (images.Rank != 2 || images.Shape[1] != Channels * Side * Side || images.Shape[0] != labels.Count)
                throw source.Refuse($"A batch must have a row of {Channels * Side * Side} numbers for each of its {labels.Count} labels", $"shape {images.Shape}");
            var classes = labels.Select(label => label is >= 0L and <= 9L ? (int)(long)label : throw source.Refuse("A label must be a number from 0 to 9", $"{label ?? "None"}"));
            var planes = Ops.Reshape(images, [images.Shape[0], Channels, Side, Side]);
            return (Ops.Transpose(planes, [0, 2, 3, 1]), Tensor.From(classes.ToArray(), [labels.Count, 1]));
        }
    }
}
