using System.Text.Json.Nodes;

namespace Descent.Tests;

/// <summary>Makes tensors of recorded ones.</summary>
internal static class GoldenTensor
{
    /// <summary>Reads <c>{"shape", "dtype", "value"}</c>; null stays null.</summary>
    public static Tensor? Read(JsonNode? node) => node switch
    {
        null => null,
        _ when node["dtype"]!.GetValue<string>() == "int32" => Tensor.From(Golden.Ints(node), Golden.Shape(node)),
        _ => Tensor.From(Golden.Floats(node), Golden.Shape(node)),
    };
}
