using System.Text.Json.Nodes;

namespace Descent;

/// <summary>What stands in brackets behind a tensor of Keras: <c>x[:, 0]</c>, <c>x[..., 1:3]</c>, <c>x[:, None]</c>.</summary>
internal sealed class ItemKey
{
    private readonly Item[] _items;

    private ItemKey(Item[] items) => _items = items;

    /// <summary>Reads the key that follows the tensor among the arguments of Keras' GetItem.</summary>
    /// <exception cref="ArgumentException">It has something that is no integer, slice with a positive step, ellipsis or None.</exception>
    public static ItemKey Read(JsonNode?[] arguments)
    {
        if (arguments is not [null, var key]) throw new ArgumentException("GetItem must have a tensor and a key. Received: others.");
        var list = key is JsonObject tuple && Class(tuple) == "__tuple__" ? tuple["items"] : key;
        Item[] items = list is JsonArray several ? [.. several.Select(ReadOne)] : [ReadOne(list)];
        return items.Count(i => i.Kind == ItemKind.Ellipsis) < 2 ? new ItemKey(items) : throw Bad(key);
    }

    /// <summary>Takes the part of a tensor.</summary>
    /// <exception cref="ArgumentException">The tensor has fewer axes, or no such index.</exception>
    public Tensor Of(Tensor x)
    {
        var named = _items.Count(i => i.Kind is ItemKind.Index or ItemKind.Slice);
        if (named > x.Rank)
            throw new ArgumentException($"A key must have at most one index or slice for each axis of shape {x.Shape}. Received: {named}.");
        var rest = Enumerable.Repeat(Item.All, x.Rank - named);
        var items = _items.Any(i => i.Kind == ItemKind.Ellipsis) ? _items.SelectMany(i => i.Kind == ItemKind.Ellipsis ? rest : [i]) : _items.Concat(rest);

        int[] starts = new int[x.Rank], sizes = new int[x.Rank], steps = new int[x.Rank];
        List<int> shape = [];
        var axis = 0;
        foreach (var item in items)
        {
            if (item.Kind == ItemKind.NewAxis)
            {
                shape.Add(1);
                continue;
            }

            (starts[axis], sizes[axis], steps[axis]) = item.In(x.Shape, axis);
            if (item.Kind == ItemKind.Slice) shape.Add(sizes[axis]);
            axis++;
        }

        return Ops.Reshape(Ops.Slice(x, starts, sizes, steps), Shape.Create([.. shape]));
    }

    private static Item ReadOne(JsonNode? json)
    {
        switch (json)
        {
            case null:
                return new Item(ItemKind.NewAxis);
            case JsonValue value when value.TryGetValue(out int index):
                return new Item(ItemKind.Index, index);
            case JsonObject ellipsis when Class(ellipsis) == "__ellipsis__":
                return new Item(ItemKind.Ellipsis);
            case JsonObject slice when Class(slice) == "__slice__" && slice["config"] is JsonObject bounds:
                var step = Bound("step") ?? 1;
                return step > 0 ? new Item(ItemKind.Slice, Bound("start"), Bound("stop"), step) : throw Bad(json);

                int? Bound(string name) => bounds[name] switch
                {
                    null => null,
                    JsonValue value when value.TryGetValue(out int bound) => bound,
                    _ => throw Bad(json),
                };
            default:
                throw Bad(json);
        }
    }

    private static string? Class(JsonObject json) => (json["class_name"] as JsonValue)?.ToString();

    private static ArgumentException Bad(JsonNode? json) =>
        new($"The key of a GetItem must be made of integers, slices with a positive step, one ellipsis, and None. Received: {KerasNames.Shorten(json)}.");

    private enum ItemKind
    {
        Index,
        Slice,
        Ellipsis,
        NewAxis,
    }

    private readonly record struct Item(ItemKind Kind, int? Start = null, int? Stop = null, int Step = 1)
    {
        public static Item All => new(ItemKind.Slice);

        /// <summary>Where an axis begins to be read, how much of it and how far apart: Python's rule, where a slice ends with its axis.</summary>
        public (int Start, int Size, int Step) In(Shape shape, int axis)
        {
            var bound = shape[axis];
            if (Kind == ItemKind.Index)
            {
                var index = Start!.Value;
                return index >= -bound && index < bound ? (index < 0 ? index + bound : index, 1, 1) : throw new ArgumentException(
                    $"An index into axis {axis} of shape {shape} must be in [{-bound}, {bound}). Received: {index}.");
            }

            var (start, stop) = (Clamp(Start ?? 0, bound), Clamp(Stop ?? bound, bound));
            return (start, start < stop ? (stop - 1 - start) / Step + 1 : 0, Step);
        }

        private static int Clamp(int place, int bound) => Math.Clamp(place < 0 ? place + bound : place, 0, bound);
    }
}
