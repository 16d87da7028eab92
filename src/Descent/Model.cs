using Descent.Layers;
using Descent.Losses;
using Descent.Optimizers;
using Descent.Training;

namespace Descent;

/// <summary>A network that can be trained. <see cref="Sequential"/> is the common one.</summary>
/// <remarks>
/// <c>Predict</c> and <c>Evaluate</c> may be called from many threads at once; training and evaluation of one model take turns.
/// </remarks>
public abstract partial class Model : Layer
{
    private Compilation? _compilation;

    /// <summary>Creates a model that is named after its class.</summary>
    protected Model()
    {
    }

    private protected Model(ConfigReader reader)
        : base(reader)
    {
    }

    /// <summary>The optimizer; null before <see cref="Compile"/>.</summary>
    public Optimizer? Optimizer => _compilation?.Optimizer;

    /// <summary>The loss; null before <see cref="Compile"/>, and for <c>"crossentropy"</c> before the first batch.</summary>
    public Loss? Loss => _compilation?.Loss;

    /// <summary>The metrics by their names in logs; empty until the first batch tells what names such as <c>"accuracy"</c> mean.</summary>
    public IReadOnlyList<KeyValuePair<string, Metrics.Metric>> Metrics =>
        [.. (_compilation?.Metrics?.Metrics ?? []).Select(m => KeyValuePair.Create(m.Name, m.Metric))];

    /// <summary>The shape of the output, batch dimension -1; null before the model is built.</summary>
    public abstract Shape? OutputShape { get; }

    /// <summary>Whether training ends after the current batch; callbacks set it.</summary>
    public bool StopTraining { get; set; }

    /// <summary>What the last run of <c>Fit</c> recorded; null before.</summary>
    public History? History { get; private set; }

    private protected override bool TakesIndices => true;

    /// <summary>Sets how the model learns. It can be called again, with a new optimizer for instance; the weights stay.</summary>
    /// <param name="optimizer">An optimizer or its name; default <c>"rmsprop"</c>.</param>
    /// <param name="loss">A loss, its name, or <see cref="Losses.Loss.From"/> a function.</param>
    /// <param name="metrics">Metrics or their names, measured without sample weights.</param>
    /// <param name="weightedMetrics">Metrics or their names, measured with sample and class weights.</param>
    /// <param name="lossWeight">What the loss is multiplied with; default 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The loss weight is not finite.</exception>
    public void Compile(
        Optimizer? optimizer = null,
        CompileLoss? loss = null,
        IEnumerable<CompileMetric>? metrics = null,
        IEnumerable<CompileMetric>? weightedMetrics = null,
        double lossWeight = 1)
    {
        Check.Finite(lossWeight, nameof(lossWeight));
        _compilation = new Compilation(optimizer ?? "rmsprop", loss, lossWeight, [.. metrics ?? []], [.. weightedMetrics ?? []]);
    }

    /// <summary>Builds the model for inputs of a shape; models whose first layer knows its shape are built already.</summary>
    /// <param name="inputShape">Batch dimension first (-1: any).</param>
    /// <exception cref="ArgumentException">A layer cannot take what comes from the one before it.</exception>
    public sealed override void Build(Shape inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        EnsureBuilt(inputShape);
    }

    /// <summary>Creates the weights of all layers.</summary>
    private protected abstract void BuildLayers(Shape inputShape);

    // Weights side by side make a step one sweep over one buffer.
    private protected sealed override void BuildWeights(IReadOnlyList<Shape> inputShapes)
    {
        BuildLayers(inputShapes[0]);
        VariableBuffer.Pack(TrainableVariables);
    }

    private void CheckInput(Shape inputShape, string name = "x")
    {
        EnsureBuilt(inputShape);
        var expected = BuildShape!;
        var fits = expected.Rank == inputShape.Rank;
        for (var i = 1; fits && i < expected.Rank; i++) fits = expected[i] < 0 || expected[i] == inputShape[i];
        if (!fits)
            throw new ArgumentException($"Model '{Name}' expects inputs of shape {expected}. Received: {name} of shape {inputShape}.{Remedy(expected, inputShape)}", name);
    }

    // What is usually behind another rank.
    private static string Remedy(Shape expected, Shape received)
    {
        if (received.Rank != expected.Rank - 1) return "";
        return received.Rank > 1
            ? " InputShape is the shape of one sample, without the batch dimension."
            : $" One sample alone has the shape {Shape.Create([1, .. expected.Dimensions[1..]])}.";
    }

    private Compilation RequireCompilation(string method) =>
        _compilation is { HasLoss: true } compilation ? compilation : throw new InvalidOperationException(_compilation is null
            ? $"Model '{Name}' must be compiled before {method}. Call model.Compile(optimizer: \"adam\", loss: \"…\") first."
            : $"Model '{Name}' must be compiled with a loss before {method}. Received: no loss.");
}
