using System.Text.Json.Nodes;
using Descent.Constraints;
using Descent.Initializers;
using Descent.Optimizers;
using Descent.Regularizers;

namespace Descent.Layers;

/// <summary>A layer that looks up a vector for each id: the first layer of most models of text.</summary>
/// <remarks>
/// Input: ids <c>(batch, …)</c>, int32 or whole float32 numbers; output <c>(batch, …, outputs)</c>. Weight: embeddings <c>(inputs, outputs)</c>. The backward pass
/// costs what the batch touches; what a step of the optimizer does to the other rows says <see cref="Optimizer.LazyUpdates"/>.
/// </remarks>
/// <example><code>new Embedding(inputDim: 20000, outputDim: 64) { MaskZero = true }</code></example>
public sealed class Embedding : Layer
{
    private Tensor? _given;
    private Variable? _embeddings;

    /// <summary>Creates the layer.</summary>
    /// <param name="inputDim">The number of ids: they are in [0, inputDim).</param>
    /// <param name="outputDim">The length of a vector.</param>
    /// <param name="weights">The vectors to start from, <c>(inputDim, outputDim)</c>, instead of those of the initializer; default none. No part of the config.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 1.</exception>
    /// <exception cref="ArgumentException">The weights are of another shape, or not float32.</exception>
    public Embedding(int inputDim, int outputDim, Tensor? weights = null)
    {
        InputDim = Check.AtLeast(1, inputDim, nameof(InputDim));
        OutputDim = Check.AtLeast(1, outputDim, nameof(OutputDim));
        if (weights is not null && (weights.Shape != Shape.Create(inputDim, outputDim) || weights.DType != DType.Float32))
            throw new ArgumentException($"The weights of an Embedding must be float32 of shape ({inputDim}, {outputDim}). Received: {weights.DType.KerasName()} of shape {weights.Shape}.", nameof(weights));
        _given = weights?.Copy();
    }

    private Embedding(ConfigReader reader)
        : base(reader)
    {
        InputDim = Check.AtLeast(1, reader.Int("input_dim"), nameof(InputDim));
        OutputDim = Check.AtLeast(1, reader.Int("output_dim"), nameof(OutputDim));
        EmbeddingsInitializer = ReadInitializer(reader, "embeddings_initializer", EmbeddingsInitializer);
        EmbeddingsRegularizer = ReadRegularizer(reader, "embeddings_regularizer");
        ActivityRegularizer = ReadRegularizer(reader, "activity_regularizer");
        EmbeddingsConstraint = ReadConstraint(reader, "embeddings_constraint");
        MaskZero = reader.Bool("mask_zero", MaskZero);
        reader.Ignore("input_length"); // Keras 2 wrote it, Keras 3 ignores it
        if (reader.Node("quantization_config") is { } quantization)
            throw new ArgumentException($"Argument 'quantization_config' of Embedding must be null: quantized layers are not supported. Received: {KerasNames.Shorten(quantization)}.");
    }

    /// <summary>The number of ids.</summary>
    public int InputDim { get; }

    /// <summary>The length of a vector.</summary>
    public int OutputDim { get; }

    /// <summary>Gives the vectors their first values; default <c>"uniform"</c>.</summary>
    public Initializer EmbeddingsInitializer { get; init; } = "uniform";

    /// <summary>A penalty on all vectors; default none. Its gradient touches every row.</summary>
    public Regularizer? EmbeddingsRegularizer { get; init; }

    /// <summary>Applied to all vectors after each step; default none.</summary>
    public Constraint? EmbeddingsConstraint { get; init; }

    /// <summary>Whether id 0 is padding: the output carries a mask that is false there. Default false.</summary>
    public bool MaskZero { get; init; }

    /// <summary>The vectors, of shape <c>(inputs, outputs)</c>.</summary>
    /// <exception cref="InvalidOperationException">The layer is not built.</exception>
    public Variable Embeddings => _embeddings ?? throw new InvalidOperationException($"Layer '{Name}' must be built before it has embeddings. Call Build with the input's shape, or Apply.");

    /// <inheritdoc/>
    public override bool SupportsMasking => MaskZero;

    /// <inheritdoc/>
    protected override bool TakesIntegers => true;

    /// <inheritdoc/>
    public override void Build(Shape inputShape)
    {
        _embeddings = AddWeight("embeddings", [InputDim, OutputDim], shape => _given ?? EmbeddingsInitializer.Call(shape), true, EmbeddingsRegularizer, EmbeddingsConstraint);
        _given = null;
    }

    internal override int GivenMaskRank(IReadOnlyList<Shape> inputShapes) => MaskZero ? inputShapes[0].Rank : 0;

    internal override MaskGraph.Mask? WriteMask(MaskGraph masks, LayerNode node) => masks.NotEqual(node.Inputs[0], 0);

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        var ids = Ops.Cast(x, DType.Int32);
        foreach (var id in ids.AsInt32Span())
            if ((uint)id >= (uint)InputDim)
                throw Refusal($"The ids of layer '{Name}' must be in [0, {InputDim}). Received: {id}.", nameof(x));
        return Ops.Take(Embeddings, ids, 0);
    }

    /// <inheritdoc/>
    public override Tensor? ComputeMask(Tensor x, Tensor? mask) => MaskZero ? Ops.NotEqual(Ops.Cast(x, DType.Int32), Tensor.From([0], Shape.Scalar)) : null;

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape) => Shape.Create([.. inputShape.Dimensions, OutputDim]);

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config.Remove("activity_regularizer");
        config["input_dim"] = InputDim;
        config["output_dim"] = OutputDim;
        config["embeddings_initializer"] = KerasRegistry.Serialize(EmbeddingsInitializer);
        config["embeddings_regularizer"] = Write(EmbeddingsRegularizer);
        config["activity_regularizer"] = Write(ActivityRegularizer);
        config["embeddings_constraint"] = Write(EmbeddingsConstraint);
        config["mask_zero"] = MaskZero;
        config["quantization_config"] = null;
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static Embedding FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Embedding(reader));
}
