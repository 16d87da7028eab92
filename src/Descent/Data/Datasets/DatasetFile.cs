namespace Descent.Data;

/// <summary>A file of a data set: where it comes from, and where Keras keeps it.</summary>
/// <param name="Origin">Its address.</param>
/// <param name="Name">Its name in the cache.</param>
/// <param name="Folder">Its folder in Keras' home.</param>
/// <param name="Hash">Its SHA-256, or MD5 where Keras knows no better, in hexadecimal; null where Keras knows none.</param>
internal sealed record DatasetFile(Uri Origin, string Name, string? Hash = null, string Folder = "datasets")
{
    private const string Keras = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/";

    /// <summary>A file from where Keras keeps most of them.</summary>
    public static DatasetFile OfKeras(string file, string? name = null, string? hash = null, string folder = "datasets") =>
        new(new Uri(Keras + file), name ?? file, hash, folder);
}
