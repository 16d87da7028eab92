namespace Descent.Data;

/// <summary>
/// Keras' data sets. A file is downloaded when it is first needed, checked against its checksum and kept where Keras keeps it:
/// <c>~/.keras/datasets</c>, or the folder <c>datasets</c> in what the environment variable <c>KERAS_HOME</c> names. What either has
/// downloaded, the other finds. An interrupted download goes on where it stopped.
/// </summary>
/// <remarks>
/// Images are float32 from 0 to 255, as there is no tensor of bytes (in Keras they are <c>uint8</c>), labels int32. Every
/// <c>LoadData</c> throws <see cref="HttpRequestException"/> if a file is missing and cannot be downloaded, and
/// <see cref="InvalidDataException"/> if what came, or what is there, is not what it should be.
/// </remarks>
/// <example><code>
/// var ((x, y), (xTest, yTest)) = Datasets.Mnist.LoadData();   // (60000, 28, 28), (60000), (10000, 28, 28), (10000)
/// </code></example>
public static partial class Datasets;
