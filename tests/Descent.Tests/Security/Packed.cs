using System.IO.Compression;
using System.Text;
using Descent.Hdf5;

namespace Descent.Tests.Security;

/// <summary>Files around content that an attacker made, whole and with the right checksums: what is wrong is inside.</summary>
internal static class Packed
{
    /// <summary>A zip archive.</summary>
    public static byte[] Zip(IEnumerable<KeyValuePair<string, byte[]>> entries, CompressionLevel level = CompressionLevel.NoCompression)
    {
        var result = new MemoryStream();
        using (var archive = new ZipArchive(result, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in entries)
            {
                using var entry = archive.CreateEntry(name, level).Open();
                entry.Write(bytes);
            }
        }

        return result.ToArray();
    }

    /// <summary>The entries of a zip archive.</summary>
    public static OrderedDictionary<string, byte[]> Unzip(byte[] bytes)
    {
        var entries = new OrderedDictionary<string, byte[]>();
        using var archive = new ZipArchive(new MemoryStream(bytes));
        foreach (var entry in archive.Entries)
        {
            using var content = entry.Open();
            var copy = new MemoryStream();
            content.CopyTo(copy);
            entries.Add(entry.FullName, copy.ToArray());
        }

        return entries;
    }

    /// <summary>A file compressed by gzip.</summary>
    public static byte[] GZip(byte[] bytes)
    {
        var result = new MemoryStream();
        using (var zipped = new GZipStream(result, CompressionLevel.Fastest)) zipped.Write(bytes);
        return result.ToArray();
    }

    /// <summary>A whole model in one HDF5 file, as Keras 1 to 3 wrote it.</summary>
    public static byte[] OldModel(string config, string? training, string version, params (string Layer, (string Name, float[] Values, long[] Shape)[] Weights)[] layers)
    {
        var writer = new Hdf5Writer();
        writer.Root.SetAttribute("keras_version", version);
        writer.Root.SetAttribute("model_config", config);
        if (training is not null) writer.Root.SetAttribute("training_config", training);
        var weights = writer.Root.CreateGroup("model_weights");
        weights.SetAttribute("keras_version", version);
        weights.SetAttribute("layer_names", [.. layers.Select(l => l.Layer)]);
        foreach (var (layer, values) in layers)
        {
            var group = weights.CreateGroup(layer);
            group.SetAttribute("weight_names", [.. values.Select(v => v.Name)]);
            foreach (var (name, numbers, shape) in values) group.CreateDataset(name, shape, numbers.AsMemory());
        }

        return Bytes(writer);
    }

    /// <summary>A file of text and tensors.</summary>
    public static byte[] Safetensors(string header, params ReadOnlySpan<byte> elements) =>
        [.. BitConverter.GetBytes((long)Encoding.UTF8.GetByteCount(header)), .. Encoding.UTF8.GetBytes(header), .. elements];

    /// <summary>What a writer writes.</summary>
    public static byte[] Bytes(Hdf5Writer writer)
    {
        using var stream = new MemoryStream();
        writer.Save(stream);
        return stream.ToArray();
    }
}
