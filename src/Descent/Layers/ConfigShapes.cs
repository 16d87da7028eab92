using System.Text.Json;
using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>Shapes in configs: arrays of integers in which null is a dimension of any size.</summary>
internal static class ConfigShapes
{
    public static JsonArray Write(Shape shape) => new([.. shape.Select(d => d < 0 ? null : (JsonNode)d)]);

    /// <exception cref="ArgumentException">An element is neither an integer nor null.</exception>
    public static Shape Read(JsonArray json)
    {
        var dimensions = new int[json.Count];
        for (var i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = json[i] switch
            {
                null => -1,
                JsonValue value when value.GetValueKind() == JsonValueKind.Number && value.TryGetValue(out int dimension) => dimension,
                _ => throw new ArgumentException($"A shape must be an array of integers or null. Received: {KerasNames.Shorten(json)}."),
            };
        }

        return Shape.Create(dimensions);
    }
}
