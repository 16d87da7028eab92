using System.Runtime.InteropServices;
using Descent.Data;
using Descent.Hdf5;

namespace Descent.Saving;

/// <summary>A tensor in an HDF5 file.</summary>
/// <param name="dataset">Where it is.</param>
/// <param name="place">Its path in the file.</param>
/// <param name="name">Its path by the names of layers.</param>
/// <param name="file">The file, for messages.</param>
/// <param name="isFileChecked">Whether a checksum of the whole file has been verified.</param>
/// <param name="number">What weights are matched by if it is not the place.</param>
internal sealed class Hdf5Tensor(Hdf5Dataset dataset, string place, string name, string file, bool isFileChecked, string? number = null) : StoredTensor(place, name, number)
{
    /// <summary>The attribute that has the CRC-32 of the elements as they stand in the file.</summary>
    public const string ChecksumAttribute = "descent_crc32";

    /// <summary>The attribute that has a variable's own name, which Keras' files do not tell.</summary>
    public const string NameAttribute = "descent_name";

    public override IReadOnlyList<long> Dimensions => dataset.Dimensions;

    public override string Type => TypeOf(dataset);

    public override bool IsChecked => isFileChecked || HasChecksum;

    // What is read is what the checksum is of.
    private bool IsSummed => HasChecksum && dataset.ElementSize == sizeof(float);

    // Chunks may be damaged, and integers too large. All else lies in the file, as has been checked, and any bytes are numbers.
    private bool CanMisfit => dataset.IsChunked || IsBFloat16 || dataset.Kind is Hdf5Kind.UInt32 or Hdf5Kind.Int64 or Hdf5Kind.UInt64;

    private bool HasChecksum => dataset.Attributes.Contains(ChecksumAttribute);

    private bool IsBFloat16 => HoldsBFloat16(dataset);

    public override bool Fits(DType type) => type switch
    {
        DType.Float32 => dataset.Kind is Hdf5Kind.Float16 or Hdf5Kind.Float32 or Hdf5Kind.Float64 || IsBFloat16,
        DType.Int32 => dataset.Kind is >= Hdf5Kind.Int8 and <= Hdf5Kind.UInt64,
        _ => false,
    };

    public override void Verify(Variable target)
    {
        if (CanMisfit) base.Verify(target);
        else if (!isFileChecked && IsSummed) Verify(dataset, Place, file);
    }

    public override void Read(Variable target)
    {
        var cells = target.Write();
        if (target.DType == DType.Int32) dataset.Read(MemoryMarshal.Cast<float, int>(cells));
        else if (IsBFloat16) Widen(dataset.ReadBytes(), cells);
        else dataset.Read(cells);
        if (!isFileChecked && IsSummed) Verify(dataset, Crc32.Of(MemoryMarshal.AsBytes(cells)), Place, file);
    }

    /// <summary>The type of the elements as the file has them.</summary>
    public static string TypeOf(Hdf5Dataset dataset) => HoldsBFloat16(dataset) ? "bfloat16" : dataset.Kind.ToString().ToLowerInvariant();

    /// <summary>Compares the bytes of a dataset with the checksum beside it.</summary>
    /// <exception cref="InvalidDataException">They have another one.</exception>
    public static void Verify(Hdf5Dataset dataset, string place, string file)
    {
        var sum = Crc32.Start;
        dataset.ReadBytes(piece => sum = Crc32.Add(sum, piece));
        Verify(dataset, Crc32.End(sum), place, file);
    }

    private static void Verify(Hdf5Dataset dataset, uint found, string place, string file)
    {
        var stated = (uint)dataset.Attributes.GetInteger(ChecksumAttribute);
        if (stated != found)
            throw new InvalidDataException($"The tensor '{place}' must have the checksum {stated:x8}, which the file states. Received: {found:x8} in {file}.");
    }

    // Keras writes its bits and says so beside them.
    private static bool HoldsBFloat16(Hdf5Dataset dataset) => dataset.Attributes.Contains("dtype") && dataset.Attributes.TryGetString("dtype", out var type) && type == "bfloat16";

    private void Widen(byte[] bytes, Span<float> target)
    {
        if (bytes.Length != BFloat16.Size * target.Length)
            throw new InvalidDataException($"The tensor '{Place}' must have {BFloat16.Size * target.Length} bytes. Received: {bytes.Length} in {file}.");
        BFloat16.Widen(bytes, target);
    }
}
