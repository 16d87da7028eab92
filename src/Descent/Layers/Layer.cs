using System.Text.Json.Nodes;
using Descent.Regularizers;
using Descent.Saving;

namespace Descent.Layers;

/// <summary>
/// A step of a network: it turns a tensor into another, and owns the variables that it learns. Derive from it to write a
/// layer: create weights in <see cref="Build(Shape)"/>, compute in <see cref="Call(Tensor, bool)"/>.
/// </summary>
/// <example><code>
/// sealed class Scale : Layer
/// {
///     private Variable? _factor;
///
///     public override void Build(Shape inputShape) =&gt; _factor = AddWeight("factor", [inputShape[^1]], "ones");
///
///     public override Tensor Call(Tensor x, bool training = false) =&gt; x * _factor!;
/// }
/// </code>
/// A layer that looks at the mask overrides the call that gets it, too. The base class declares that one <c>protected internal</c>; in your own program it is
/// overridden as <c>protected</c>:
/// <code>
/// sealed class TemporalSoftmax : Layer
/// {
///     public override Tensor Call(Tensor x, bool training = false) =&gt; Call(x, null, training);
///
///     protected override Tensor Call(Tensor x, Tensor? mask, bool training)
///     {
///         var e = Ops.Exp(x);
///         if (mask is not null) e *= Ops.ExpandDims(Ops.Cast(mask, DType.Float32), -1);
///         return e / Ops.Sum(e, [1], keepDimensions: true);
///     }
/// }
/// </code></example>
public abstract partial class Layer : IKerasSerializable
{
    private readonly Lock _gate = new();
    private readonly List<Weight> _weights = [];
    private readonly List<Layer> _inner = [];
    private readonly List<SeedGenerator> _seeds = [];
    private readonly JsonNode? _dtype;
    private string? _name;
    private bool _isNamed;
    private bool _trainable = true;
    private volatile bool _built;

    /// <summary>Creates a layer that is named after its class: <c>Dense</c> becomes <c>dense</c>, the next one in a model <c>dense_1</c>.</summary>
    protected Layer()
    {
    }

    /// <summary>Reads what every layer's config holds: name, whether it is trainable, and its dtype.</summary>
    /// <param name="config">What <see cref="GetConfig"/> returned; other keys are left to the derived class.</param>
    /// <exception cref="ArgumentException">A value is of the wrong type.</exception>
    protected Layer(JsonObject config)
        : this(ConfigReader.Lenient(config, "Layer"))
    {
    }

    private protected Layer(ConfigReader reader)
    {
        Loading.Current?.CountLayer();
        if (reader.NullableString("name") is { } name) Name = name;
        _trainable = reader.Bool("trainable", true);
        _dtype = reader.Node("dtype")?.DeepClone();
        if (reader.NullableArray("batch_input_shape") is { } legacy) InputShape = ConfigShapes.Read(legacy)[1..];
    }

    /// <summary>The name, unique within a model. Unset: made from the class when the layer is added to a model.</summary>
    /// <exception cref="ArgumentException">The name is empty or contains a slash.</exception>
    public string Name
    {
        get => _name ?? DefaultName;
        init
        {
            if (string.IsNullOrEmpty(value) || value.Contains('/'))
                throw new ArgumentException($"The name of a layer must not be empty or contain '/'. Received: '{value}'.", nameof(value));
            _name = value;
            _isNamed = true;
        }
    }

    /// <summary>The shape of one sample, without the batch dimension, if this is the first layer of a model; the model is then built at once.</summary>
    public Shape? InputShape { get; init; }

    /// <summary>Whether optimizers update the weights of this layer and of those inside it; default true.</summary>
    public bool Trainable
    {
        get => _trainable;
        set
        {
            _trainable = value;
            foreach (var weight in _weights) weight.Variable.Trainable = value && weight.IsTrainable;
            foreach (var layer in InnerLayers) layer.Trainable = value;
        }
    }

    /// <summary>A penalty on the output that training adds to the loss, divided by the batch size; default none.</summary>
    public Regularizer? ActivityRegularizer { get; init; }

    /// <summary>Whether the weights exist.</summary>
    public bool Built => _built || _weights.Count > 0;

    /// <summary>All variables, layer by layer; of each layer first those that were created trainable.</summary>
    public IReadOnlyList<Variable> Weights => [.. Own()];

    /// <summary>The variables that optimizers update, in the order of their creation.</summary>
    public IReadOnlyList<Variable> TrainableVariables => [.. Own().Where(v => v.Trainable)];

    /// <summary>The variables that optimizers leave alone.</summary>
    public IReadOnlyList<Variable> NonTrainableVariables => [.. Own().Where(v => !v.Trainable)];

    /// <summary>The penalties of the regularizers on the weights as they are now, one scalar each.</summary>
    public IReadOnlyList<Tensor> Losses => [.. Penalties().Select(p => p.Regularizer.Call(p.Variable))];

    /// <inheritdoc/>
    IKerasTable? IKerasSerializable.BuiltIns => Table;

    /// <summary>Whether the user or a model has given a name.</summary>
    internal bool HasName => _name is not null;

    /// <summary>What the layer is called unless it is given a name.</summary>
    private string DefaultName => KerasNames.ToSnakeCase(ClassName);

    /// <summary>The name that the class has in Keras' code, which summaries, first names and files go by.</summary>
    internal virtual string ClassName => GetType().Name;

    /// <summary>The layers that this one is made of.</summary>
    private protected virtual IReadOnlyList<Layer> InnerLayers => _inner;

    /// <summary>Where the layer stands, for the paths of its variables: the names of the layers around it.</summary>
    private string? Scope { get; set; }

    private protected string Path => Scope is null ? Name : $"{Scope}/{Name}";

    /// <summary>The number of values in all weights.</summary>
    public int CountParams()
    {
        var count = 0;
        foreach (var variable in Own()) count = checked(count + variable.Shape.Size);
        return count;
    }

    /// <summary>The values of all weights, in the order of <see cref="Weights"/>, copied.</summary>
    public IReadOnlyList<Tensor> GetWeights() => [.. Weights.Select(v => v.Value)];

    /// <summary>Sets the values of all weights.</summary>
    /// <param name="values">One tensor per variable of <see cref="Weights"/>, of its shape.</param>
    /// <exception cref="ArgumentException">The number of tensors, a shape or a type differs; nothing is changed then.</exception>
    public void SetWeights(IReadOnlyList<Tensor> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        CheckWeights(values);
        var weights = Weights;
        for (var i = 0; i < weights.Count; i++) weights[i].Assign(values[i]);
    }

    /// <summary>Throws what <see cref="SetWeights"/> throws.</summary>
    internal void CheckWeights(IReadOnlyList<Tensor> values)
    {
        var weights = Weights;
        if (values.Count != weights.Count)
            throw Refusal($"Layer '{Name}' must be given {weights.Count} tensors, one per weight. Received: {values.Count}.", nameof(values));
        for (var i = 0; i < weights.Count; i++)
            if (values[i].Shape != weights[i].Shape || values[i].DType != weights[i].DType)
                throw new ArgumentException($"Weight '{weights[i].Path}' must be {weights[i].DType.KerasName()} of shape {weights[i].Shape}. Received: {values[i].DType.KerasName()} of shape {values[i].Shape}.", nameof(values));
    }

    /// <summary>Whether there are weights that are never trained, such as moving averages, here or in inner layers.</summary>
    internal bool HasStatistics => _weights.Exists(w => !w.IsTrainable) || InnerLayers.Any(l => l.HasStatistics);

    /// <summary>The regularized variables, those of inner layers too.</summary>
    internal IEnumerable<(Variable Variable, Regularizer Regularizer)> Penalties()
    {
        foreach (var weight in _weights)
            if (weight.Regularizer is { } regularizer && weight.Variable.Trainable)
                yield return (weight.Variable, regularizer);
        foreach (var layer in InnerLayers)
            foreach (var penalty in layer.Penalties())
                yield return penalty;
    }

    /// <summary>Finds a weight by its path.</summary>
    /// <param name="path">The end of its <see cref="Variable.Path"/>, such as <c>"dense/kernel"</c>: as much as tells it from others.</param>
    /// <returns>The variable: <c>Value</c> reads a copy, <c>Assign</c> sets it.</returns>
    /// <exception cref="ArgumentException">No weight or several have this path.</exception>
    public Variable GetWeight(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Variable[] weights = [.. Weights.Distinct()]; // layers inside may share one
        Variable[] found = [.. weights.Where(w => w.Path == path)];
        if (found.Length == 0) found = [.. weights.Where(w => w.Path.EndsWith("/" + path, StringComparison.Ordinal))];
        if (found is [var weight]) return weight;
        throw new ArgumentException(found.Length > 1
            ? $"Layer '{Name}' must have one weight of a path. Received: '{path}', which fits {string.Join(", ", found.Select(w => w.Path + WhereAmong(found, w)))}."
            : $"Layer '{Name}' has no weight '{path}'.{KerasNames.DidYouMean(path, weights.Select(w => Ending(w.Path, path.Count(c => c == '/'))))} Its weights: {string.Join(", ", weights.Select(w => w.Path))}.", nameof(path));
    }

    // Paths in Keras do not name the models of the functional API around a layer: then the layers inside tell weights apart.
    private string WhereAmong(Variable[] found, Variable weight) => found.Count(w => w.Path == weight.Path) > 1 && InnerLayers.FirstOrDefault(l => l.Own().Contains(weight)) is { } layer
        ? $" of layer '{layer.Name}' (ask that one: GetLayer(\"{layer.Name}\").GetWeight(\"{weight.Path}\"))"
        : "";

    // As many parts of a path, from its end, as there are slashes and one more.
    private static string Ending(string path, int slashes) => string.Join('/', path.Split('/')[^Math.Min(slashes + 1, path.Count(c => c == '/') + 1)..]);

    /// <summary>Adds a term to the loss of the step that is running; does nothing outside of one.</summary>
    /// <param name="loss">A tensor; its sum is added.</param>
    protected static void AddLoss(Tensor loss) => ExtraLosses.Current?.Add(Ops.Sum(loss));

    /// <summary>Remembers how far the streams of random numbers of this layer and of those inside it have been read: what training changes beside variables.</summary>
    /// <returns>Puts them back.</returns>
    internal virtual Action SaveStreams()
    {
        Action[] restores = [.. InnerLayers.Select(l => l.SaveStreams()), .. Seeds.Select(s => s.Save())];
        return () => Array.ForEach(restores, restore => restore());
    }

    /// <summary>All variables, in Keras' order.</summary>
    private protected virtual IEnumerable<Variable> Own() =>
        OwnWeights.Concat(InnerLayers.SelectMany(l => l.Own()));

    private sealed record Weight(Variable Variable, bool IsTrainable, Regularizer? Regularizer);
}
