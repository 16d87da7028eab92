using System.Globalization;
using Descent.Distribution;
using Descent.Layers;
using Descent.Losses;
using Descent.Optimizers;
using Descent.Training;

namespace Descent;

/// <summary>
/// A network that can be trained: a graph of layers between symbolic inputs and outputs, a list of layers (<see cref="Sequential"/>), or a class
/// of your own that overrides <see cref="Layer.Call(Tensor, bool)"/>.
/// </summary>
/// <example><code>
/// // the functional API
/// var inputs = Keras.Input([10]);
/// var outputs = new Dense(1).Apply(new Dense(64, "relu").Apply(inputs));
/// var model = new Model(inputs, outputs);
///
/// // a class of your own
/// sealed class Residual : Model
/// {
///     private readonly Dense _inner, _outer;
///
///     public Residual() =&gt; (_inner, _outer) = (Track(new Dense(64, "relu")), Track(new Dense(64)));
///
///     public override Tensor Call(Tensor x, bool training = false) =&gt; x + _outer.Apply(_inner.Apply(x, training), training);
/// }
/// </code></example>
/// <remarks>
/// <c>Predict</c> and <c>Evaluate</c> may be called from many threads at once; training and evaluation of one model take turns.
/// </remarks>
public partial class Model : Layer
{
    private Compilation? _compilation;
    private bool _lacksCall; // known when it is called
    private IReadOnlyList<Shape>? _served; // the last shapes that were found to go with the weights, although they are not those of BuildShapes

    /// <summary>Creates a model of a class of your own, named after it. Make its layers in the constructor, with <see cref="Layer.Track{T}(T, string)"/>, and override <see cref="Layer.Call(Tensor, bool)"/>.</summary>
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

    /// <summary>The shape of the first output, batch dimension -1; null if the model is not built, or of a class of your own.</summary>
    public Shape? OutputShape => OutputShapes?[0];

    /// <summary>The shapes of the outputs, batch dimension -1; null if the model is not built, or of a class of your own.</summary>
    public virtual IReadOnlyList<Shape>? OutputShapes => _graph is null ? null : [.. _graph.Outputs.Select(t => t.Shape)];

    /// <summary>Whether training ends after the current batch; callbacks set it.</summary>
    public bool StopTraining { get; set; }

    /// <summary>What the last run of <c>Fit</c> recorded; null before.</summary>
    public History? History { get; private set; }

    /// <inheritdoc/>
    protected override bool TakesIntegers => true;

    /// <summary>Sets how the model learns. It can be called again, with a new optimizer for instance; the weights stay.</summary>
    /// <param name="optimizer">An optimizer or its name; default <c>"rmsprop"</c>.</param>
    /// <param name="loss">
    /// A loss, its name, or <see cref="Losses.Loss.From"/> a function. With several outputs it holds for each of them, unless there is one for each:
    /// <c>["mse", "binary_crossentropy"]</c>, or by name <c>new() { ["age"] = "mse" }</c>; an output without one does not count.
    /// </param>
    /// <param name="metrics">Metrics or their names, measured without sample weights; with several outputs one list for each, or by name <c>new() { ["age"] = ["mae"] }</c>.</param>
    /// <param name="weightedMetrics">Metrics or their names, measured with sample and class weights, given like <paramref name="metrics"/>.</param>
    /// <param name="lossWeights">What the loss is multiplied with, default 1; with several outputs one for each, <c>[1, 0.2]</c>, or by name.</param>
    /// <param name="distribution">How several processes train the model together. Default null: what <see cref="Distribution.Distribution.Set"/> was given, which is nothing unless it was called.</param>
    /// <exception cref="ArgumentOutOfRangeException">A loss weight is not finite.</exception>
    public void Compile(
        Optimizer? optimizer = null,
        CompileLoss? loss = null,
        CompileMetric? metrics = null,
        CompileMetric? weightedMetrics = null,
        LossWeight? lossWeights = null,
        Distribution.Distribution? distribution = null) =>
        _compilation = new Compilation(optimizer ?? Compilation.DefaultOptimizer, loss, lossWeights ?? 1, metrics, weightedMetrics)
        {
            Distribution = (DataParallel?)(distribution ?? Descent.Distribution.Distribution.Current),
        };

    /// <summary>The settings of <see cref="Compile"/>; null before.</summary>
    internal Compilation? Compilation
    {
        get => _compilation;
        set => _compilation = value;
    }

    /// <summary>Builds the model for inputs of a shape; models whose first layer knows its shape are built already.</summary>
    /// <param name="inputShape">Batch dimension first (-1: any).</param>
    /// <exception cref="ArgumentException">A layer cannot take what comes from the one before it.</exception>
    public sealed override void Build(Shape inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        EnsureBuilt(inputShape);
    }

    /// <inheritdoc/>
    public sealed override void Build(IReadOnlyList<Shape> inputShapes)
    {
        ArgumentNullException.ThrowIfNull(inputShapes);
        EnsureBuilt(inputShapes);
    }

    /// <summary>Creates the weights of all layers. In a class of the user's, they come with a call.</summary>
    private protected virtual void BuildLayers(IReadOnlyList<Shape> inputShapes)
    {
        if (_graph is null) Try(inputShapes);
    }

    /// <inheritdoc/>
    private protected override void Compare(IReadOnlyList<Shape> shapes)
    {
        if (_graph is null) Try(shapes);
        else CheckInputs(shapes, nameof(shapes));
    }

    /// <summary>Whether inputs have a shape that somebody wrote down, which holds then; what was built from data takes all that its weights can serve, as in Keras.</summary>
    private protected virtual bool IsDeclared => _graph is not null;

    // Weights side by side make a step one sweep over one buffer.
    private protected sealed override void BuildWeights(IReadOnlyList<Shape> inputShapes)
    {
        BuildLayers(inputShapes);
        VariableBuffer.Pack(TrainableVariables);
    }

    private void CheckInputs(IReadOnlyList<Shape> shapes, string name = "x")
    {
        if (!TryBuild(shapes)) return;
        if (shapes.Count != BuildShapes!.Count)
            throw Refusal($"Model '{Name}' expects {BuildShapes.Count} inputs{Named(InputNames)}. Received: {name} with {shapes.Count}.", name);
        for (var i = 0; i < shapes.Count; i++)
        {
            if (Fits(BuildShapes[i], shapes[i]) || Serves(shapes)) continue;
            var input = shapes.Count == 1 ? "" : $" for input '{InputNames?[i] ?? i.ToString(CultureInfo.InvariantCulture)}'";
            throw Refusal($"Model '{Name}' expects a batch of {Samples(BuildShapes[i])}{input}. Received: {name}, a batch of {Samples(shapes[i])}.{Remedy(BuildShapes[i], shapes[i])}", name);
        }
    }

    // A class of the user's with steps of its own needs no Call; nothing is known then before a step.
    private bool TryBuild(IReadOnlyList<Shape> shapes)
    {
        if (_lacksCall) return false;
        try
        {
            EnsureBuilt(shapes);
            return true;
        }
        catch (InvalidOperationException) when (_lacksCall)
        {
            return false;
        }
    }

    private bool Serves(IReadOnlyList<Shape> shapes)
    {
        if (IsDeclared || !BuildShapes!.Select(s => s.Rank).SequenceEqual(shapes.Select(s => s.Rank))) return false;
        if (_served?.SequenceEqual(shapes) == true) return true;
        try
        {
            CheckShared(shapes);
        }
        catch (ArgumentException)
        {
            return false;
        }

        _served = shapes;
        return true;
    }

    // The number of samples is free.
    private static bool Fits(Shape expected, Shape shape)
    {
        var fits = expected.Rank == shape.Rank;
        for (var i = 1; fits && i < expected.Rank; i++) fits = expected[i] < 0 || expected[i] == shape[i];
        return fits;
    }

    private static string Samples(Shape batch) => batch.Rank == 1 ? "single numbers" : $"samples of shape {batch[1..]}";

    private static string Named(IReadOnlyList<string>? names) => names is null ? "" : $" ({string.Join(", ", names)})";

    // What is usually behind another rank.
    private static string Remedy(Shape expected, Shape received)
    {
        if (received.Rank != expected.Rank - 1) return "";
        return received.Rank > 1
            ? " InputShape is the shape of one sample, without the batch dimension."
            : $" One sample alone has the shape {Shape.Create([1, .. expected.Dimensions[1..]])}.";
    }

    // A class of the user's may have steps that need no loss; those that do need one say so.
    private Compilation RequireCompilation(string method) =>
        _compilation is { } compilation && (compilation.HasLoss || GetType().Assembly != typeof(Model).Assembly) ? compilation : throw new InvalidOperationException(_compilation is null
            ? $"Model '{Name}' must be compiled before {method}. Call model.Compile(optimizer: \"adam\", loss: \"…\") first."
            : $"Model '{Name}' must be compiled with a loss before {method}. Received: no loss.");
}
