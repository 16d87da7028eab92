using System.Text.Json;
using System.Text.Json.Nodes;
using Descent.Activations;

namespace Descent.Saving;

/// <summary>Turns the architecture of a Keras 1 or 2 file into the words of Keras 3. What has no counterpart keeps its name, which the reader then refuses.</summary>
internal static class OldConfig
{
    private static readonly string[] Activations = ["activation", "recurrent_activation", "inner_activation"];

    // What said how Keras computes, and not what.
    private static readonly string[] Dropped = ["consume_less", "input_dtype", "input_length", "weights", "implementation", "time_major", "fused", "virtual_batch_size"];

    private static readonly Dictionary<string, string> Classes = new(StringComparer.Ordinal)
    {
        ["AtrousConvolution1D"] = "Conv1D",
        ["AtrousConvolution2D"] = "Conv2D",
        ["Convolution1D"] = "Conv1D",
        ["Convolution2D"] = "Conv2D",
        ["Convolution3D"] = "Conv3D",
        ["Deconvolution2D"] = "Conv2DTranspose",
        ["SeparableConvolution2D"] = "SeparableConv2D",
    };

    private static readonly Dictionary<string, string> Keys = new(StringComparer.Ordinal)
    {
        ["W_constraint"] = "kernel_constraint",
        ["W_regularizer"] = "kernel_regularizer",
        ["U_regularizer"] = "recurrent_regularizer",
        ["atrous_rate"] = "dilation_rate",
        ["b_constraint"] = "bias_constraint",
        ["b_regularizer"] = "bias_regularizer",
        ["beta_init"] = "beta_initializer",
        ["bias"] = "use_bias",
        ["border_mode"] = "padding",
        ["dim_ordering"] = "data_format",
        ["dropout_U"] = "recurrent_dropout",
        ["dropout_W"] = "dropout",
        ["filter_length"] = "kernel_size",
        ["gamma_init"] = "gamma_initializer",
        ["init"] = "kernel_initializer",
        ["inner_activation"] = "recurrent_activation",
        ["inner_init"] = "recurrent_initializer",
        ["nb_filter"] = "filters",
        ["output_dim"] = "units",
        ["p"] = "rate",
        ["pool_length"] = "pool_size",
        ["sigma"] = "stddev",
        ["stride"] = "strides",
        ["subsample"] = "strides",
        ["subsample_length"] = "strides",
    };

    // The table of an embedding is no kernel, and its output no units.
    private static readonly Dictionary<string, string> EmbeddingKeys = new(StringComparer.Ordinal)
    {
        ["W_constraint"] = "embeddings_constraint",
        ["W_regularizer"] = "embeddings_regularizer",
        ["init"] = "embeddings_initializer",
        ["output_dim"] = "output_dim",
    };

    /// <summary>Translates the config of a model.</summary>
    /// <param name="json">Class and config; it is taken apart.</param>
    /// <param name="generation">1, 2, or 3, of which nothing is changed.</param>
    /// <exception cref="ArgumentException">A part has another form, or no counterpart.</exception>
    public static JsonObject Translate(JsonObject json, int generation)
    {
        if (generation >= 3) return json;
        var name = (json["class_name"] as JsonValue)?.ToString() ?? "";

        // Until Keras 2.2.2 a Sequential was a list.
        if (json["config"] is JsonArray layers) json["config"] = new JsonObject { ["layers"] = layers.DeepClone() };
        if (json["config"] is not JsonObject config) return json;
        if (config["layers"] is JsonArray inner && name is "Sequential" or "Model" or "Functional")
        {
            foreach (var layer in inner) Translate(ToObject(layer), generation);
        }

        if (config["layer"] is JsonObject wrapped) Translate(wrapped, generation);
        if (config["cell"] is JsonObject cell) Translate(cell, generation);
        foreach (var cells in config["cells"] as JsonArray ?? []) Translate(ToObject(cells), generation);
        foreach (var key in Activations)
            if (config[key] is JsonValue value && value.ToString() == "hard_sigmoid") config[key] = ActivationFunction.OldHardSigmoid;
        foreach (var key in Dropped) config.Remove(key);

        if (name is "CuDNNGRU" or "CuDNNLSTM") TranslateCudnn(json, config, name["CuDNN".Length..]);

        // Gates were reset before the product, before there was an option.
        if (name is "GRU" or "GRUCell") config.TryAdd("reset_after", false);
        if (generation == 1) TranslateLayer(json, name, config);
        return json;
    }

    // What they left out, because there was no other.
    private static void TranslateCudnn(JsonObject json, JsonObject config, string name)
    {
        json["class_name"] = name;
        config["activation"] = "tanh";
        config["recurrent_activation"] = "sigmoid";
        config["use_bias"] = true;
        if (name == "GRU") config["reset_after"] = true;
    }

    private static void TranslateLayer(JsonObject json, string name, JsonObject config)
    {
        if (Classes.TryGetValue(name, out var now)) json["class_name"] = now;
        if (name == "Merge") TranslateMerge(json, config);
        if (name == "BatchNormalization" && config.Remove("mode", out var mode) && mode?.ToJsonString() is not "0")
            throw new ArgumentException($"A BatchNormalization of Keras 1 must have mode 0, the only one that later versions have. Received: {KerasNames.Shorten(mode)}.");
        if (name == "Embedding") Require(config, "dropout", "0");
        if (name == "Deconvolution2D") config.Remove("output_shape");
        if (name is "LSTM" or "ConvLSTM2D" && config.Remove("forget_bias_init", out var bias)) config["unit_forget_bias"] = bias is JsonValue text && text.ToString() == "one";
        if (name is "TimeDistributed" or "Bidirectional" && config["layer"] is null) throw new ArgumentException($"A {name} must have a layer. Received: {KerasNames.Shorten(config)}.");
        if (name != "Embedding") config.Remove("input_dim"); // batch_input_shape says it
        Pair(config, "kernel_size", "nb_row", "nb_col");
        Pair(config, "kernel_size", "kernel_dim1", "kernel_dim2", "kernel_dim3");
        foreach (var (old, key) in Keys)
        {
            if (!config.Remove(old, out var value)) continue;
            config[name == "Embedding" ? EmbeddingKeys.GetValueOrDefault(old, key) : key] = old switch
            {
                "dim_ordering" => value?.ToString() == "th" ? "channels_first" : "channels_last",
                _ when old.EndsWith("regularizer", StringComparison.Ordinal) => Regularizer(value),
                _ when old.EndsWith("constraint", StringComparison.Ordinal) => Constraint(value),
                _ => value,
            };
        }

        if (config["activity_regularizer"] is JsonObject activity) config["activity_regularizer"] = Regularizer(activity);
    }

    private static void TranslateMerge(JsonObject json, JsonObject config)
    {
        var mode = (config["mode"] as JsonValue)?.ToString();
        if (config["layers"] is JsonArray { Count: > 0 })
            throw new ArgumentException("A Merge of models, with which a Sequential of Keras 1 can begin, must be written with the functional API. Received: one with layers of its own.");
        json["class_name"] = mode switch
        {
            "sum" => "Add",
            "mul" => "Multiply",
            "ave" => "Average",
            "max" => "Maximum",
            "concat" => "Concatenate",
            "dot" => "Dot",
            _ => throw new ArgumentException($"The mode of a Merge of Keras 1 must be sum, mul, ave, max, concat or dot. Received: {mode}."),
        };
        var (name, axis, axes) = (config["name"], config["concat_axis"], config["dot_axes"]);
        config.Clear();
        config["name"] = name?.DeepClone();
        if (mode == "concat") config["axis"] = axis?.DeepClone() ?? -1;
        if (mode == "dot") config["axes"] = axes?.DeepClone() ?? -1;
    }

    // {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.01}
    private static JsonObject? Regularizer(JsonNode? node) => node is not JsonObject old ? null : old.ContainsKey("class_name") ? old : new JsonObject
    {
        ["class_name"] = "L1L2",
        ["config"] = new JsonObject { ["l1"] = old["l1"]?.DeepClone() ?? 0.0, ["l2"] = old["l2"]?.DeepClone() ?? 0.0 },
    };

    // {"name": "MaxNorm", "m": 2, "axis": 0}
    private static JsonObject? Constraint(JsonNode? node)
    {
        if (node is not JsonObject old || old.ContainsKey("class_name")) return node as JsonObject;
        var config = new JsonObject(old.Where(p => p.Key != "name").Select(p => KeyValuePair.Create(p.Key == "m" ? "max_value" : p.Key, p.Value?.DeepClone())));
        return new JsonObject { ["class_name"] = old["name"]?.DeepClone(), ["config"] = config };
    }

    private static void Pair(JsonObject config, string key, params ReadOnlySpan<string> parts)
    {
        if (!config.ContainsKey(parts[0])) return;
        var sizes = new JsonArray();
        foreach (var part in parts)
            if (config.Remove(part, out var size)) sizes.Add(size);
        config[key] = sizes;
    }

    private static void Require(JsonObject config, string key, string value)
    {
        if (config.Remove(key, out var given) && given is JsonValue number && number.GetValueKind() == JsonValueKind.Number && number.GetValue<double>() != 0)
            throw new ArgumentException($"'{key}' of an Embedding of Keras 1 must be {value}: later versions have none. Received: {number.ToJsonString()}.");
    }

    private static JsonObject ToObject(JsonNode? node) => node as JsonObject ?? throw new ArgumentException($"A layer must be an object. Received: {KerasNames.Shorten(node)}.");
}
