using System.Text.Json;

namespace Descent.Data;

public static partial class Datasets
{
    /// <summary>IMDB: 50,000 film reviews as sequences of words by how common they are, and whether each is favourable.</summary>
    public static class Imdb
    {
        private const uint MaxSeed = uint.MaxValue;

        /// <summary>The file of reviews under another name.</summary>
        internal static DatasetFile File(string path) =>
            DatasetFile.OfKeras("imdb.npz", path, "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f");

        /// <summary>The file of words under another name.</summary>
        internal static DatasetFile WordFile(string path) =>
            DatasetFile.OfKeras("imdb_word_index.json", path, "bfafd718b763782e994055a2d397834f");

        /// <summary>Loads the data set (17 MB to download).</summary>
        /// <param name="path">The name of the file in the cache. Default <c>imdb.npz</c>.</param>
        /// <param name="numWords">
        /// Words of this index or above become <paramref name="oovChar"/>. Default null: the highest index there is, so that, as in Keras,
        /// the rarest word alone is replaced.
        /// </param>
        /// <param name="skipTop">Words below this index, the most common ones, become <paramref name="oovChar"/>. Default 0.</param>
        /// <param name="maxlen">Sequences of this length or more are left out. Default null: none.</param>
        /// <param name="seed">The seed of the order, in [0, 2^32); the same order as in Keras. Default 113.</param>
        /// <param name="startChar">What each sequence begins with. Default 1; null: nothing.</param>
        /// <param name="oovChar">What stands for words that were cut out. Default 2; null: they are left out.</param>
        /// <param name="indexFrom">What is added to the index of each word. Default 3.</param>
        /// <param name="progress">Told how far the download has come.</param>
        /// <param name="cancellationToken">Stops the download.</param>
        /// <returns>25,000 sequences of whole numbers to train on and as many to test on, and their labels, 1 for favourable. <see cref="Utils.PadSequences(IReadOnlyList{int[]}, int?, string, string, int)"/> makes a tensor of them.</returns>
        /// <exception cref="ArgumentException">No sequence is shorter than <paramref name="maxlen"/>.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="seed"/> is out of its range.</exception>
        /// <exception cref="HttpRequestException">The file is not there and cannot be downloaded.</exception>
        /// <exception cref="InvalidDataException">The file is not what it should be.</exception>
        public static ((int[][] X, Tensor Y) Train, (int[][] X, Tensor Y) Test) LoadData(
            string path = "imdb.npz",
            int? numWords = null,
            int skipTop = 0,
            int? maxlen = null,
            long seed = 113,
            int? startChar = 1,
            int? oovChar = 2,
            int indexFrom = 3,
            IProgress<DownloadProgress>? progress = null,
            CancellationToken cancellationToken = default) =>
            LoadData(DatasetStore.Default, File(path), numWords, skipTop, maxlen, seed, startChar, oovChar, indexFrom, progress, cancellationToken);

        /// <summary>Loads the words of the data set (2 MB to download).</summary>
        /// <param name="path">The name of the file in the cache. Default <c>imdb_word_index.json</c>.</param>
        /// <param name="progress">Told how far the download has come.</param>
        /// <param name="cancellationToken">Stops the download.</param>
        /// <returns>The index of each word, from 1 for the most common; in the sequences <c>indexFrom</c> is added to it.</returns>
        /// <exception cref="HttpRequestException">The file is not there and cannot be downloaded.</exception>
        /// <exception cref="InvalidDataException">The file is not what it should be.</exception>
        public static IReadOnlyDictionary<string, int> GetWordIndex(
            string path = "imdb_word_index.json", IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default) =>
            GetWordIndex(DatasetStore.Default, WordFile(path), progress, cancellationToken);

        internal static IReadOnlyDictionary<string, int> GetWordIndex(
            DatasetStore store, DatasetFile file, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
        {
            var path = store.Get(file, progress, cancellationToken);
            try
            {
                using var words = JsonDocument.Parse(TextFile.Read(path));
                var index = new Dictionary<string, int>(StringComparer.Ordinal);
                foreach (var word in words.RootElement.EnumerateObject()) index[word.Name] = word.Value.GetInt32();
                return index;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
            {
                throw new InvalidDataException($"The file must be a JSON object with a whole number for each word. Received: '{path}'. {e.Message}", e);
            }
        }

        internal static ((int[][] X, Tensor Y) Train, (int[][] X, Tensor Y) Test) LoadData(
            DatasetStore store,
            DatasetFile file,
            int? numWords = null,
            int skipTop = 0,
            int? maxlen = null,
            long seed = 113,
            int? startChar = 1,
            int? oovChar = 2,
            int indexFrom = 3,
            IProgress<DownloadProgress>? progress = null,
            CancellationToken cancellationToken = default)
        {
            if (seed is < 0 or > MaxSeed) throw Check.OutOfRange(nameof(seed), "in [0, 2^32)", seed);
            var path = store.Get(file, progress, cancellationToken);
            var sequences = Npz.Read(path, ["x_train", "x_test"], ReadSequences);
            var labels = Npz.Read(path, ["y_train", "y_test"]);
            var random = new NumpyRandom((uint)seed);
            var train = Prepare("train");
            var test = Prepare("test");
            if (train.X.Length == 0 || test.X.Length == 0)
                throw new ArgumentException($"maxlen must leave sequences that are shorter. Received: {maxlen}, and none is.", nameof(maxlen));

            // As in Keras 0 words are all words.
            var end = numWords is null or 0 ? train.X.Concat(test.X).Max(x => x.Max()) : numWords.Value;
            return ((Array.ConvertAll(train.X, Cut), train.Y), (Array.ConvertAll(test.X, Cut), test.Y));

            (int[][] X, Tensor Y) Prepare(string part)
            {
                var (x, y) = (sequences[$"x_{part}"], labels[$"y_{part}"]);
                if (y.DType != DType.Int32 || y.Rank != 1 || y.Length != x.Length || x.Any(s => s.Length == 0))
                    throw new InvalidDataException($"There must be a label for each of the {x.Length} sequences, and no empty one. Received: labels of shape {y.Shape} and type {y.DType.KerasName()} in '{path}'.");
                int[] order = [.. Enumerable.Range(0, x.Length)];
                random.Shuffle(order);
                var kept = order.Where(i => maxlen is null or 0 || x[i].Length + (startChar is null ? 0 : 1) < maxlen).ToArray();
                return (Array.ConvertAll(kept, i => Shifted(x[i])), Tensor.From(Array.ConvertAll(kept, i => y.AsInt32Span()[i])));
            }

            int[] Shifted(int[] x)
            {
                var words = Array.ConvertAll(x, word => word + indexFrom);
                return startChar is { } start ? [start, .. words] : words;
            }

            int[] Cut(int[] x) => oovChar is { } oov
                ? Array.ConvertAll(x, word => word >= skipTop && word < end ? word : oov)
                : Array.FindAll(x, word => word >= skipTop && word < end);
        }

        private static int[][] ReadSequences(ByteSource source)
        {
            var header = NpyHeader.Read(source);
            if (!header.IsPickled || new PickleReader(source).Read() is not PickledArray array)
                throw source.Refuse("The sequences must be an array of Python lists", header.IsPickled ? "something else" : $"elements of type '{header.Code}'");
            source.RequireEnd();
            return [.. array.ToObjects(source).Select(Sequence)];

            int[] Sequence(object? list) => list is List<object?> words ? [.. words.Select(Word)] : throw source.Refuse("A sequence must be a list of whole numbers", "something else");

            int Word(object? word) => word is long and >= 0 and <= int.MaxValue ? (int)(long)word : throw source.Refuse("A word must be a number from 0 to 2^31 - 1", $"{word ?? "None"}");
        }
    }
}
