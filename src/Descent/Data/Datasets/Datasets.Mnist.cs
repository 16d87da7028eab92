namespace Descent.Data;

public static partial class Datasets
{
    /// <summary>MNIST: 70,000 handwritten digits of 28 by 28 pixels.</summary>
    public static class Mnist
    {
        /// <summary>Loads the data set (11 MB to download).</summary>
        /// <param name="path">The name of the file in the cache. Default <c>mnist.npz</c>.</param>
        /// <param name="progress">Told how far the download has come.</param>
        /// <param name="cancellationToken">Stops the download.</param>
        /// <returns>Images of shape <c>(60000, 28, 28)</c> to train on and <c>(10000, 28, 28)</c> to test on, and their digits, 0 to 9.</returns>
        /// <exception cref="HttpRequestException">The file is not there and cannot be downloaded.</exception>
        /// <exception cref="InvalidDataException">The file is not what it should be.</exception>
        public static ((Tensor X, Tensor Y) Train, (Tensor X, Tensor Y) Test) LoadData(
            string path = "mnist.npz", IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default) =>
            LoadData(DatasetStore.Default, File(path), progress, cancellationToken);

        internal static DatasetFile File(string path) =>
            DatasetFile.OfKeras("mnist.npz", path, "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1");

        internal static ((Tensor X, Tensor Y) Train, (Tensor X, Tensor Y) Test) LoadData(
            DatasetStore store, DatasetFile file, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
        {
            var path = store.Get(file, progress, cancellationToken);
            var images = Npz.Read(path, ["x_train", "x_test"], DType.Float32);
            var labels = Npz.Read(path, ["y_train", "y_test"]);
            return ((images["x_train"], labels["y_train"]), (images["x_test"], labels["y_test"]));
        }
    }
}
