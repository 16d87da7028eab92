namespace Descent.Data;

public static partial class Datasets
{
    /// <summary>Fashion-MNIST: 70,000 pictures of clothes of 28 by 28 pixels, to use in place of MNIST.</summary>
    public static class FashionMnist
    {
        private static readonly string[] Names = ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"];

        /// <summary>Loads the data set (30 MB to download). Keras knows no checksums of its four files; the one inside of each is checked.</summary>
        /// <param name="progress">Told how far the download has come.</param>
        /// <param name="cancellationToken">Stops the download.</param>
        /// <returns>
        /// Images of shape <c>(60000, 28, 28)</c> to train on and <c>(10000, 28, 28)</c> to test on, and their classes: 0 T-shirt, 1 trouser,
        /// 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt, 7 sneaker, 8 bag, 9 ankle boot.
        /// </returns>
        /// <exception cref="HttpRequestException">A file is not there and cannot be downloaded.</exception>
        /// <exception cref="InvalidDataException">A file is not what it should be.</exception>
        public static ((Tensor X, Tensor Y) Train, (Tensor X, Tensor Y) Test) LoadData(
            IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default) =>
            LoadData(DatasetStore.Default, progress, cancellationToken);

        internal static ((Tensor X, Tensor Y) Train, (Tensor X, Tensor Y) Test) LoadData(
            DatasetStore store, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
        {
            var paths = Array.ConvertAll(Names, name => store.Get(DatasetFile.OfKeras(name, folder: Path.Combine("datasets", "fashion-mnist")), progress, cancellationToken));
            return ((Idx.Read(paths[0], DType.Float32), Idx.Read(paths[1])), (Idx.Read(paths[2], DType.Float32), Idx.Read(paths[3])));
        }
    }
}
