using System.Formats.Tar;
using System.IO.Compression;

namespace Descent.Data;

public static partial class Datasets
{
    /// <summary>CIFAR-10: 60,000 colour photographs of 32 by 32 pixels in ten classes.</summary>
    public static class Cifar10
    {
        private const int TrainingBatches = 5;
        private const int Side = 32;
        private const int Pixels = Side * Side;
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
            return (ToTensors([.. parts[..^1]]), ToTensors([parts[^1]]));
        }

        // The batches to train on, and then that to test on.
        private static Batch[] ReadArchive(string path)
        {
            string[] wanted = [.. Enumerable.Range(1, TrainingBatches).Select(number => $"data_batch_{number}"), "test_batch"];
            var parts = new Dictionary<string, Batch>();
            using var file = ByteSource.OpenFile(path);
            using var tar = new GZipStream(file, CompressionMode.Decompress);
            using var archive = new TarReader(tar);
            while (Guarded(path, () => archive.GetNextEntry()) is { } entry)
            {
                var name = entry.Name.StartsWith(Folder, StringComparison.Ordinal) ? entry.Name[Folder.Length..] : "";
                if (entry.DataStream is { } data && wanted.Contains(name))
                    parts[name] = ReadBatch(data, Math.Min(entry.Length, ByteSource.MaxInflated(file.Length)), $"'{name}' of '{path}'");
            }

            // At the end stands the checksum, which the stream compares.
            Guarded(path, () =>
            {
                tar.CopyTo(Stream.Null);
                return true;
            });
            return Array.ConvertAll(wanted, name => parts.TryGetValue(name, out var part) ? part : throw new InvalidDataException(
                $"The archive must hold {string.Join(", ", wanted)} in '{Folder}'. Received: only {string.Join(", ", parts.Keys.DefaultIfEmpty("none"))} in '{path}'."));
        }

        // The runtime's reader says of some damaged headers only which of its own limits they went beyond.
        private static T Guarded<T>(string path, Func<T> read)
        {
            try
            {
                return read();
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or OverflowException or ArgumentException)
            {
                throw new InvalidDataException($"The file must be a whole tar.gz archive. Received: '{path}'. {e.Message}", e);
            }
        }

        private static Batch ReadBatch(Stream stream, long bound, string place)
        {
            using var source = new ByteSource(stream, place, bound);
            if (new PickleReader(source).Read() is not Dictionary<string, object?> batch
                || batch.GetValueOrDefault("data") is not PickledArray data || batch.GetValueOrDefault("labels") is not List<object?> labels)
                throw source.Refuse("A batch must be a dictionary with 'data' and 'labels'", "something else");
            var classes = labels.Select(label => label is >= 0L and <= 9L ? (int)(long)label : throw source.Refuse("A label must be a number from 0 to 9", $"{label ?? "None"}"));
            return new Batch(data.ToBytes(source, labels.Count, Channels * Pixels), [.. classes]);
        }

        // From planes of red, green and blue, one after another, to channels last.
        private static (Tensor X, Tensor Y) ToTensors(Batch[] batches)
        {
            int[] labels = [.. batches.SelectMany(batch => batch.Labels)];
            var images = Tensor.New(Shape.Create(labels.Length, Side, Side, Channels));
            var rest = images.Floats;
            foreach (var batch in batches)
            {
                for (var image = 0; image < batch.Planes.Length; image += Channels * Pixels)
                {
                    var planes = batch.Planes.AsSpan(image, Channels * Pixels);
                    for (var pixel = 0; pixel < Pixels; pixel++)
                        for (var channel = 0; channel < Channels; channel++)
                            rest[Channels * pixel + channel] = planes[channel * Pixels + pixel];
                    rest = rest[(Channels * Pixels)..];
                }
            }

            return (images, Tensor.From(labels, [labels.Length, 1]));
        }

        private sealed record Batch(byte[] Planes, int[] Labels);
    }
}
