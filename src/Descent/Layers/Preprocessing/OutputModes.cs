namespace Descent.Layers;

/// <summary>How layers that turn values into categories give these out, in Keras' words.</summary>
internal static class OutputModes
{
    public const string Int = "int";
    public const string OneHot = "one_hot";
    public const string MultiHot = "multi_hot";
    public const string Count = "count";
    public const string TfIdf = "tf_idf";

    /// <summary>One of the modes that a layer has; <c>"binary"</c> and <c>"tf-idf"</c> are old names of two.</summary>
    /// <exception cref="ArgumentException">It is none of them.</exception>
    public static string Check(string mode, params ReadOnlySpan<string> modes)
    {
        var name = mode switch { "binary" => MultiHot, "tf-idf" => TfIdf, _ => mode };
        return modes.Contains(name) ? name : throw new ArgumentException($"OutputMode must be one of '{string.Join("', '", modes.ToArray())}'. Received: '{mode}'.", nameof(mode));
    }

    /// <summary>Throws if a config asks for sparse tensors, which there are none of.</summary>
    /// <exception cref="ArgumentException">It does.</exception>
    public static void RefuseSparse(ConfigReader reader)
    {
        if (reader.Bool("sparse", false)) throw new ArgumentException("Argument 'sparse' must be false: there are no sparse tensors. Received: true.");
    }

    /// <summary>The shape that ids of a shape are encoded to.</summary>
    public static Shape Encode(Shape ids, string mode, int depth) => mode switch
    {
        Int => ids,
        OneHot => Shape.Create([.. ids.Rank > 1 && ids[^1] == 1 ? ids.Dimensions[..^1] : ids.Dimensions, depth]),
        _ => Shape.Create([.. ids.Rank == 0 ? [] : ids.Dimensions[..^1], depth]),
    };

    /// <summary>Encodes ids below a depth: as they are, each as a row with a 1, or those of the last axis together. Ids below 0 leave no trace.</summary>
    /// <exception cref="ArgumentException">An id is too large; the message names the layer.</exception>
    public static Tensor Encode(Layer layer, Tensor ids, string mode, int depth)
    {
        if (mode == Int) return ids;
        var values = ids.AsInt32Span();
        var perRow = mode == OneHot || ids.Rank == 0 ? 1 : ids.Shape[^1];
        var result = new float[checked(values.Length / Math.Max(1, perRow) * depth)];
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] >= depth)
                throw layer.Refusal($"Layer '{layer.Name}' expects values below {depth}. Received: {values[i]}.", nameof(ids));
            if (values[i] < 0) continue;
            ref var place = ref result[i / perRow * depth + values[i]];
            place = mode is Count or TfIdf ? place + 1 : 1;
        }

        return Tensor.From(result, Encode(ids.Shape, mode, depth));
    }
}
