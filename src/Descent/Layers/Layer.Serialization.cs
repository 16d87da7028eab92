using System.Text.Json.Nodes;
using Descent.Constraints;
using Descent.Initializers;
using Descent.Regularizers;

namespace Descent.Layers;

public abstract partial class Layer
{
    internal static readonly KerasTable<Layer> Table = new KerasTable<Layer>("layer", "keras.layers")
        .Add(InputLayer.FromConfig)
        .Add(Dense.FromConfig)
        .Add(Activation.FromConfig)
        .Add(Dropout.FromConfig)
        .Add(Flatten.FromConfig)
        .Add(Reshape.FromConfig)
        .Add(Normalization.FromConfig)
        .Add(Rescaling.FromConfig)
        .Add(ReLU.FromConfig)
        .Add(LeakyReLU.FromConfig)
        .Add(PReLU.FromConfig)
        .Add(ELU.FromConfig)
        .Add(Softmax.FromConfig)
        .Add(GaussianNoise.FromConfig)
        .Add(GaussianDropout.FromConfig)
        .Add(AlphaDropout.FromConfig)
        .Add(SpatialDropout1D.FromConfig)
        .Add(SpatialDropout2D.FromConfig)
        .Add(SpatialDropout3D.FromConfig)
        .Add(ActivityRegularization.FromConfig)
        .Add(Descent.Layers.Identity.FromConfig)
        .Add(Permute.FromConfig)
        .Add(RepeatVector.FromConfig)
        .Add(Lambda.Refuse)
        .Add(EinsumDense.FromConfig)
        .Add(Embedding.FromConfig)
        .Add(Discretization.FromConfig)
        .Add(CategoryEncoding.FromConfig)
        .Add(IntegerLookup.FromConfig)
        .Add(StringLookup.FromConfig)
        .Add(TextVectorization.FromConfig)
        .Add(BatchNormalization.FromConfig)
        .Add(LayerNormalization.FromConfig)
        .Add(GroupNormalization.FromConfig)
        .Add(RMSNormalization.FromConfig)
        .Add(UnitNormalization.FromConfig)
        .Add(SpectralNormalization.FromConfig)
        .Add(Masking.FromConfig)
        .Add(Descent.Layers.Add.FromConfig)
        .Add(SimpleRNN.FromConfig)
        .Add(LSTM.FromConfig)
        .Add(GRU.FromConfig)
        .Add(ConvLSTM1D.FromConfig)
        .Add(ConvLSTM2D.FromConfig)
        .Add(ConvLSTM3D.FromConfig)
        .Add(SimpleRNNCell.FromConfig)
        .Add(LSTMCell.FromConfig)
        .Add(GRUCell.FromConfig)
        .Add(RNN.FromConfig)
        .Add(StackedRNNCells.FromConfig)
        .Add(Bidirectional.FromConfig)
        .Add(TimeDistributed.FromConfig)
        .Add(MultiHeadAttention.FromConfig)
        .Add(GroupQueryAttention.FromConfig, aliases: [GroupQueryAttention.LongName])
        .Add(Attention.FromConfig)
        .Add(AdditiveAttention.FromConfig)
        .Add(Subtract.FromConfig)
        .Add(Multiply.FromConfig)
        .Add(Average.FromConfig)
        .Add(Maximum.FromConfig)
        .Add(Minimum.FromConfig)
        .Add(Concatenate.FromConfig)
        .Add(Dot.FromConfig)
        .Add(Conv1D.FromConfig, aliases: ["Convolution1D"])
        .Add(Conv2D.FromConfig, aliases: ["Convolution2D"])
        .Add(Conv3D.FromConfig, aliases: ["Convolution3D"])
        .Add(Conv1DTranspose.FromConfig, aliases: ["Convolution1DTranspose"])
        .Add(Conv2DTranspose.FromConfig, aliases: ["Convolution2DTranspose"])
        .Add(Conv3DTranspose.FromConfig, aliases: ["Convolution3DTranspose"])
        .Add(DepthwiseConv1D.FromConfig)
        .Add(DepthwiseConv2D.FromConfig)
        .Add(SeparableConv1D.FromConfig, aliases: ["SeparableConvolution1D"])
        .Add(SeparableConv2D.FromConfig, aliases: ["SeparableConvolution2D"])
        .Add(MaxPooling1D.FromConfig, aliases: ["MaxPool1D"])
        .Add(MaxPooling2D.FromConfig, aliases: ["MaxPool2D"])
        .Add(MaxPooling3D.FromConfig, aliases: ["MaxPool3D"])
        .Add(AveragePooling1D.FromConfig, aliases: ["AvgPool1D"])
        .Add(AveragePooling2D.FromConfig, aliases: ["AvgPool2D"])
        .Add(AveragePooling3D.FromConfig, aliases: ["AvgPool3D"])
        .Add(GlobalMaxPooling1D.FromConfig, aliases: ["GlobalMaxPool1D"])
        .Add(GlobalMaxPooling2D.FromConfig, aliases: ["GlobalMaxPool2D"])
        .Add(GlobalMaxPooling3D.FromConfig, aliases: ["GlobalMaxPool3D"])
        .Add(GlobalAveragePooling1D.FromConfig, aliases: ["GlobalAvgPool1D"])
        .Add(GlobalAveragePooling2D.FromConfig, aliases: ["GlobalAvgPool2D"])
        .Add(GlobalAveragePooling3D.FromConfig, aliases: ["GlobalAvgPool3D"])
        .Add(ZeroPadding1D.FromConfig)
        .Add(ZeroPadding2D.FromConfig)
        .Add(ZeroPadding3D.FromConfig)
        .Add(Cropping1D.FromConfig)
        .Add(Cropping2D.FromConfig)
        .Add(Cropping3D.FromConfig)
        .Add(UpSampling1D.FromConfig)
        .Add(UpSampling2D.FromConfig)
        .Add(UpSampling3D.FromConfig)
        .Add(Sequential.FromConfig, module: "keras")
        .Add(Model.FromConfig, aliases: ["Model"], module: "keras.src.models.functional", name: "Functional");

    /// <summary>Returns the arguments that make an equal layer, under Keras' names. A derived class adds its own to those of the base.</summary>
    /// <returns>A new object on every call.</returns>
    public virtual JsonObject GetConfig()
    {
        var config = new JsonObject
        {
            ["name"] = Name,
            ["trainable"] = Trainable,
            ["dtype"] = _dtype?.DeepClone() ?? Float32Policy(),
        };
        if (ActivityRegularizer is { } regularizer) config["activity_regularizer"] = KerasRegistry.Serialize(regularizer);
        return config;
    }

    /// <summary>Writes this layer in Keras' form: <c>{"module", "class_name", "config", "registered_name"}</c>, and <c>build_config</c> once it has weights.</summary>
    /// <returns>A new JSON object that <see cref="Deserialize"/> and Keras read.</returns>
    public JsonObject Serialize()
    {
        var json = KerasRegistry.Serialize(this);
        if (BuildConfig() is { } build) json["build_config"] = build;
        return json;
    }

    /// <summary>What Keras needs to build the layer before it loads weights; null for a class without a <c>build</c> of its own there.</summary>
    private protected virtual JsonObject? BuildConfig() => CountParams() > 0 ? WriteBuildShapes() : null;

    private protected JsonObject? WriteBuildShapes() => BuildShapes switch
    {
        null => null,
        [var single] => new JsonObject { ["input_shape"] = WriteBuilt(single) },
        var shapes when CallForm == CallForm.WithStates => new JsonObject
        {
            ["shapes_dict"] = new JsonObject { ["sequences_shape"] = WriteBuilt(shapes[0]), ["initial_state_shape"] = new JsonArray([.. shapes.Skip(1).Select(WriteBuilt)]) },
        },
        var shapes => new JsonObject { ["input_shape"] = new JsonArray([.. shapes.Select(WriteBuilt)]) },
    };

    private JsonArray WriteBuilt(Shape shape) => ConfigShapes.Write(shape.Rank == 0 ? shape : Shape.Create([BuildRows, .. shape.Dimensions[1..]]));

    /// <summary>Makes the layer that JSON describes; its weights are made when it is built.</summary>
    /// <param name="json">What <see cref="Serialize"/> or Keras wrote.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">The JSON has another form, the class is unknown, or an argument is missing, bad or not known.</exception>
    public static Layer Deserialize(JsonObject json) => Table.Deserialize(json);

    internal static Initializer ReadInitializer(ConfigReader reader, string key, Initializer absent) =>
        Read(reader, key, Initializer.Deserialize, Initializer.Get) ?? absent;

    internal static Regularizer? ReadRegularizer(ConfigReader reader, string key) =>
        Read(reader, key, Regularizer.Deserialize, Regularizer.Get);

    internal static Constraint? ReadConstraint(ConfigReader reader, string key) =>
        Read(reader, key, Constraint.Deserialize, Constraint.Get);

    internal static JsonObject? Write(IKerasSerializable? instance) => instance is null ? null : KerasRegistry.Serialize(instance);

    // An object in Keras' form, or a name as old files have it.
    private static T? Read<T>(ConfigReader reader, string key, Func<JsonObject, T> deserialize, Func<string, T> get)
        where T : class
        => reader.Node(key) switch
        {
            null => null,
            JsonObject json => deserialize(json),
            _ => get(reader.String(key)),
        };

    private static JsonObject Float32Policy() => new()
    {
        ["module"] = "keras",
        ["class_name"] = "DTypePolicy",
        ["config"] = new JsonObject { ["name"] = "float32" },
        ["registered_name"] = null,
    };
}
