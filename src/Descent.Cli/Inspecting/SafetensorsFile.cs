using Descent.Data;
using Descent.Saving;

namespace Descent.Cli.Inspecting;

/// <summary>Looks into a <c>.safetensors</c> file.</summary>
internal static class SafetensorsFile
{
    public static void Read(string path, bool verify, FileContents contents)
    {
        using var file = ByteSource.OpenFile(path);
        var tensors = Safetensors.List(file, $"'{path}'").Cast<Safetensors.Tensor>().ToList();
        var separator = NumpyFile.Separator(tensors.Select(tensor => tensor.Name));
        foreach (var tensor in tensors)
        {
            contents.Arrays.Add(new StoredArray(tensor.Name.Split(separator), null, TypeOf(tensor.Type), tensor.Dimensions, tensor.ByteCount, tensor.IsChecked));
            if (verify) tensor.Verify();
        }
    }

    // "F32" is float32.
    private static string TypeOf(string code) => code switch
    {
        "BOOL" => "bool",
        ['B', 'F', .. var bits] => $"bfloat{bits}",
        ['F', .. var bits] => $"float{bits.ToLowerInvariant()}",
        ['I', .. var bits] => $"int{bits}",
        ['U', .. var bits] => $"uint{bits}",
        _ => code,
    };
}
