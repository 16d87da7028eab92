using System.Text.Json.Nodes;

namespace Descent.KerasCheck;

/// <summary>Tensors in JSON: <c>{"shape", "dtype", "data"}</c>.</summary>
internal static class Arrays
{
    public static Tensor Read(JsonNode json)
    {
        Shape shape = (int[])[.. json["shape"]!.AsArray().Select(d => (int)d!)];
        var data = json["data"]!.AsArray();
        return (string)json["dtype"]! == "int32"
            ? Tensor.From([.. data.Select(v => (int)v!)], shape)
            : Tensor.From([.. data.Select(v => (float)v!)], shape);
    }

    public static Tensor[] ReadAll(JsonNode arrays) => [.. arrays.AsArray().Select(a => Read(a!))];

    public static JsonArray Write(IEnumerable<Tensor> tensors) => new([.. tensors.Select(Write)]);

    private static JsonObject Write(Tensor tensor) => new()
    {
        ["shape"] = new JsonArray([.. tensor.Shape.Select(d => (JsonNode)d)]),
        ["dtype"] = tensor.DType == DType.Int32 ? "int32" : "float32",
        ["data"] = tensor.DType == DType.Int32
            ? new JsonArray([.. tensor.ToInt32Array().Select(v => (JsonNode)v)])
            : new JsonArray([.. tensor.ToArray().Select(v => (JsonNode)v)]),
    };
}
