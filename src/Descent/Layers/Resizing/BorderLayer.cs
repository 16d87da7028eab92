using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>What padding and cropping layers have in common: borders that are put around the spatial axes or cut off.</summary>
public abstract class BorderLayer : SpatialLayer
{
    private readonly string _key;
    private readonly (int Before, int After)[] _borders;

    private protected BorderLayer(int axes, string key, (int Before, int After)[] borders)
        : base(axes) => (_key, _borders) = (key, Check(key, borders));

    private protected BorderLayer(int axes, string key, ConfigReader reader)
        : base(axes, reader) => (_key, _borders) = (key, Check(key, Read(reader.Node(key), axes, key)));

    /// <summary>How wide the border is before and after each spatial axis.</summary>
    public IReadOnlyList<(int Before, int After)> Borders => _borders;

    /// <summary>1 where the border is added, -1 where it is cut off.</summary>
    private protected abstract int Sign { get; }

    private protected override Tensor Compute(Tensor x)
    {
        var size = OutputShape(x.Shape);
        if (Sign > 0) return Ops.Pad(x, [(0, 0), .. _borders, (0, 0)]);
        return Ops.Slice(x, [0, .. _borders.Select(b => b.Before), 0], size.ToArray());
    }

    private protected override Shape OutputShape(Shape input)
    {
        var shape = input.ToArray();
        for (var i = 0; i < Axes; i++)
        {
            if (shape[i + 1] < 0) continue;
            var size = shape[i + 1] + Sign * ((long)_borders[i].Before + _borders[i].After);
            if (size > int.MaxValue || (Sign < 0 && size < 1))
                throw Refusal($"Layer '{Name}' must {(Sign < 0 ? "cut off less than its input has" : $"leave an axis at most {int.MaxValue} elements")}. Received shape {Shown(input)}, {_key} ({string.Join(", ", _borders)}).", nameof(input));
            shape[i + 1] = (int)size;
        }

        return Shape.Create(shape);
    }

    private protected override JsonObject? BuildConfig() => WriteBuildShapes();

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        JsonArray[] pairs = [.. _borders.Select(b => KerasJson.Integers([b.Before, b.After]))];
        config[_key] = Axes == 1 ? pairs[0] : new JsonArray([.. pairs]);
        if (HasDataFormat) MoveLast(config, "data_format");
        return config;
    }

    private static (int Before, int After)[] Check(string key, (int Before, int After)[] borders) =>
        Array.TrueForAll(borders, b => b is { Before: >= 0, After: >= 0 }) ? borders : throw new ArgumentException(
            $"All numbers of {key} must be 0 or more. Received: ({string.Join(", ", borders)}).", key);

    // One number for all sides; of one axis a pair; of several a number or a pair for each.
    private static (int Before, int After)[] Read(JsonNode? json, int axes, string key) => json switch
    {
        JsonArray pair when axes == 1 => [Pair(pair, key)],
        JsonArray array when array.Count == axes && axes > 1 => [.. array.Select(e => Pair(e, key))],
        JsonArray or null => throw Wrong(json, key),
        _ => [.. Enumerable.Repeat(Pair(json, key), axes)],
    };

    private static (int Before, int After) Pair(JsonNode? json, string key) => json switch
    {
        JsonArray { Count: 2 } pair => (Number(pair[0], key), Number(pair[1], key)),
        JsonArray or null => throw Wrong(json, key),
        _ => (Number(json, key), Number(json, key)),
    };

    private static int Number(JsonNode? json, string key) => json is JsonValue value && value.TryGetValue(out int number) ? number : throw Wrong(json, key);

    private static ArgumentException Wrong(JsonNode? json, string key) =>
        new($"Argument '{key}' must be an integer, or integers or pairs of integers for the spatial axes. Received: {KerasNames.Shorten(json)}.");
}
