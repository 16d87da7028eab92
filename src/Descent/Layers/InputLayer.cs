using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>The entrance of a model: it says what shape the input has, and changes nothing.</summary>
/// <example><code>new Sequential([new InputLayer([10]), new Dense(64)])   // the weights exist at once</code></example>
public sealed class InputLayer : Layer
{
    private const string Float32 = "float32";

    private readonly bool _optional;

    /// <summary>Creates the layer.</summary>
    /// <param name="shape">The shape of one sample, without the batch dimension.</param>
    /// <param name="batchSize">The number of samples of a batch, if only one is allowed; default null: any.</param>
    public InputLayer(Shape shape, int? batchSize = null)
    {
        ArgumentNullException.ThrowIfNull(shape);
        BatchShape = Shape.Create([batchSize ?? -1, .. shape]);
    }

    // Its config has neither 'trainable' nor a dtype policy, unlike that of every other layer.
    private InputLayer(ConfigReader reader)
        : this(Sample(reader), BatchSize(reader))
    {
        if (reader.NullableString("name") is { } name) Name = name;
        DType = reader.String("dtype", Float32);
        _optional = reader.Bool("optional", false);
        if (reader.Bool("sparse", false) || reader.Bool("ragged", false))
            throw new ArgumentException("Arguments 'sparse' and 'ragged' of InputLayer must be false: tensors are dense. Received: true.");
    }

    /// <summary>The shape of a batch; its first dimension is -1 unless a file fixed it.</summary>
    public Shape BatchShape { get; }

    /// <summary>The type of the input, as Keras spells it; default <c>"float32"</c>. Only kept for the config: layers convert what they need.</summary>
    public string DType { get; init; } = Float32;

    /// <summary>The input as a symbolic tensor; always the same.</summary>
    public override KerasTensors Inputs => Outputs;

    /// <inheritdoc cref="Inputs"/>
    public override KerasTensors Outputs => (Nodes is [var node, ..] ? node : AddNode([], [BatchShape], Symbolic)).Outputs[0];

    /// <inheritdoc/>
    protected override bool TakesIntegers => true;

    private DType Symbolic => DType switch
    {
        "bool" => Descent.DType.Bool,
        _ when DType.Contains("int", StringComparison.Ordinal) => Descent.DType.Int32,
        _ => Descent.DType.Float32,
    };

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false) => x;

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape) => inputShape;

    /// <inheritdoc/>
    public override JsonObject GetConfig() => new()
    {
        ["batch_shape"] = ConfigShapes.Write(BatchShape),
        ["dtype"] = DType,
        ["sparse"] = false,
        ["ragged"] = false,
        ["name"] = Name,
        ["optional"] = _optional,
    };

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static InputLayer FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new InputLayer(reader));

    private static JsonArray Given(ConfigReader reader) =>
        reader.NullableArray("batch_shape") ?? reader.NullableArray("batch_input_shape") ?? reader.Array("batch_shape");

    private static Shape Sample(ConfigReader reader) => ConfigShapes.Read(Given(reader)) is { Rank: > 0 } shape ? shape[1..] : throw new ArgumentException(
        $"Argument 'batch_shape' of InputLayer must have a batch dimension. Received: {KerasNames.Shorten(Given(reader))}.");

    private static int? BatchSize(ConfigReader reader) => ConfigShapes.Read(Given(reader))[0] is var size and >= 0 ? size : null;
}
