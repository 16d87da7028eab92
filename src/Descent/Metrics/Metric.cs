using System.Text.Json.Nodes;
using Descent.Losses;

namespace Descent.Metrics;

/// <summary>Judges predictions, batch after batch, and tells the result so far.</summary>
/// <remarks>
/// A name stands for a metric with its default arguments: <c>metrics: ["accuracy", "mae"]</c>. To write one: derive, create state
/// with <see cref="AddVariable"/>, override <see cref="UpdateState"/> and <see cref="Result"/>; to read it from JSON add
/// <c>public static FromConfig(JsonObject)</c> and call <see cref="KerasRegistry.Register{T}(string, string?)"/>. The mean of a
/// function over all samples is a metric by <see cref="From"/>.
/// </remarks>
/// <example><code>
/// Metric metric = new AUC { Curve = AucCurve.PR };
/// metric.UpdateState(yTrue, yPred);
/// float area = metric.Result().Item();
/// </code></example>
public abstract partial class Metric : IKerasSerializable
{
    private static readonly KerasTable<Metric> Table =
        new KerasTable<Metric>("metric", "keras.metrics")
            .Add(Mean.FromConfig)
            .Add(Sum.FromConfig)
            .Add(MeanSquaredError.FromConfig, aliases: ["mse"])
            .Add(RootMeanSquaredError.FromConfig)
            .Add(MeanAbsoluteError.FromConfig, aliases: ["mae"])
            .Add(MeanAbsolutePercentageError.FromConfig, aliases: ["mape"])
            .Add(MeanSquaredLogarithmicError.FromConfig, aliases: ["msle"])
            .Add(CosineSimilarity.FromConfig)
            .Add(LogCoshError.FromConfig)
            .Add(R2Score.FromConfig)
            .Add(AUC.FromConfig)
            .Add(FalseNegatives.FromConfig)
            .Add(FalsePositives.FromConfig)
            .Add(TrueNegatives.FromConfig)
            .Add(TruePositives.FromConfig)
            .Add(Precision.FromConfig)
            .Add(Recall.FromConfig)
            .Add(PrecisionAtRecall.FromConfig)
            .Add(RecallAtPrecision.FromConfig)
            .Add(SensitivityAtSpecificity.FromConfig)
            .Add(SpecificityAtSensitivity.FromConfig)
            .Add(ConcordanceCorrelation.FromConfig)
            .Add(PearsonCorrelation.FromConfig)
            .Add(Hinge.FromConfig)
            .Add(SquaredHinge.FromConfig)
            .Add(CategoricalHinge.FromConfig)
            .Add(KLDivergence.FromConfig)
            .Add(Poisson.FromConfig)
            .Add(BinaryCrossentropy.FromConfig, aliases: ["bce"])
            .Add(CategoricalCrossentropy.FromConfig)
            .Add(SparseCategoricalCrossentropy.FromConfig)
            .Add(Accuracy.FromConfig)
            .Add(BinaryAccuracy.FromConfig)
            .Add(CategoricalAccuracy.FromConfig)
            .Add(SparseCategoricalAccuracy.FromConfig)
            .Add(TopKCategoricalAccuracy.FromConfig)
            .Add(SparseTopKCategoricalAccuracy.FromConfig)
            .Add(F1Score.FromConfig)
            .Add(FBetaScore.FromConfig)
            .Add(IoU.FromConfig)
            .Add(BinaryIoU.FromConfig)
            .Add(MeanIoU.FromConfig)
            .Add(OneHotIoU.FromConfig)
            .Add(OneHotMeanIoU.FromConfig);

    private readonly List<Variable> _variables = [];
    private readonly Queue<Tensor> _restored = []; // values of variables that do not exist yet

    /// <summary>Creates a metric.</summary>
    /// <param name="name">Its name; default that of the class in snake case, numbered within the process.</param>
    protected Metric(string? name = null)
    {
        if (name is not null) Name = name;
        IsBuiltIn = GetType().Assembly == typeof(Metric).Assembly;
    }

    private protected Metric(ConfigReader reader, string? name = null)
        : this(reader.NullableString("name") ?? name)
    {
        if (reader.NullableString("dtype") is { } dtype && dtype != DType.KerasName())
            throw new ArgumentException($"Argument 'dtype' of {GetType().Name} must be '{DType.KerasName()}'. Received: '{dtype}'.");
    }

    /// <summary>The name, under which the result is reported.</summary>
    public string Name
    {
        get => field ??= AutoName.Next(GetType());
        set => field = string.IsNullOrEmpty(value) ? throw new ArgumentException("The name of a metric must not be empty.", nameof(value)) : value;
    }

    /// <summary>The state, which <see cref="ResetState"/> sets to 0. Some metrics create theirs at the first batch, when they know its shape.</summary>
    public virtual IReadOnlyList<Variable> Variables => _variables;

    /// <inheritdoc/>
    IKerasTable? IKerasSerializable.BuiltIns => Table;

    /// <summary>Whether the metric runs no code of the user's.</summary>
    internal bool IsBuiltIn { get; private init; }

    /// <summary>The names of all metrics, built-in and registered.</summary>
    internal static IEnumerable<string> Names => Table.Names;

    /// <summary>The type of the state, as the config tells it.</summary>
    private protected virtual DType DType => DType.Float32;

    /// <summary>Takes a batch into account.</summary>
    /// <param name="yTrue">The targets of shape <c>(batch, …)</c>.</param>
    /// <param name="yPred">The predictions.</param>
    /// <param name="sampleWeight">Weights of shape <c>(batch)</c>, or of that of the values judged; default all 1.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, or a label is out of range.</exception>
    public abstract void UpdateState(Tensor yTrue, Tensor yPred, Tensor? sampleWeight = null);

    /// <summary>Computes the result over all batches since the last reset.</summary>
    /// <returns>A scalar, or one value per class or threshold.</returns>
    public abstract Tensor Result();

    /// <summary>Forgets all batches.</summary>
    public virtual void ResetState()
    {
        foreach (var variable in _variables) variable.Write().Clear();
    }

    /// <summary>Begins to measure anew.</summary>
    internal void Begin()
    {
        _restored.Clear();
        ResetState();
    }

    /// <summary>Gives the state values that it had; variables that come with the next batch take theirs then.</summary>
    /// <exception cref="ArgumentException">A shape or type differs.</exception>
    internal void Restore(IReadOnlyList<Tensor> values)
    {
        Begin();
        var known = Variables;
        for (var i = 0; i < values.Count; i++)
        {
            if (i < known.Count) known[i].Assign(values[i]);
            else _restored.Enqueue(values[i]);
        }
    }

    /// <inheritdoc/>
    public virtual JsonObject GetConfig() => new() { ["name"] = Name, ["dtype"] = DType.KerasName() };

    /// <summary>Writes this metric in Keras' form: <c>{"module", "class_name", "config", "registered_name"}</c>.</summary>
    /// <returns>A new JSON object that <see cref="Deserialize"/> and Keras read.</returns>
    public JsonObject Serialize() => KerasRegistry.Serialize(this);

    /// <summary>Makes the metric of a name with its default arguments.</summary>
    /// <param name="name">A class name or one of Keras' names, such as <c>"mae"</c> or <c>"categorical_accuracy"</c>.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">There is no metric of this name, or it has arguments without a default.</exception>
    public static Metric Get(string name) => Table.Get(name);

    /// <summary>Makes the metric that JSON describes.</summary>
    /// <param name="json">What <see cref="Serialize"/> or Keras wrote.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">The JSON has another form, the class is unknown, or an argument is missing, bad or not known.</exception>
    public static Metric Deserialize(JsonObject json) => Table.Deserialize(json);

    /// <summary>Makes a metric of a function: the mean of its values over all samples.</summary>
    /// <param name="function">Computes values of shape <c>(batch, …)</c> from targets and predictions.</param>
    /// <param name="name">The name; default "function".</param>
    /// <returns>A new metric, which cannot be written to JSON.</returns>
    public static Metric From(Func<Tensor, Tensor, Tensor> function, string name = "function") => new FunctionMetric(function, name);

    /// <summary>Makes the metric of a name; see <see cref="Get"/>.</summary>
    /// <param name="name">One of Keras' names.</param>
    public static implicit operator Metric(string name) => Get(name);

    /// <summary>Throws for a name that <see cref="Resolve"/> cannot make a metric of, whatever the shapes.</summary>
    internal static void CheckName(string name)
    {
        if (!Targets.IsAccuracy(name) && !Targets.IsCrossentropy(name)) Table.Check(name);
    }

    /// <summary>
    /// Makes the metric of a name, where <c>"accuracy"</c> and <c>"crossentropy"</c> (<c>"acc"</c>, <c>"ce"</c>) are binary, sparse or categorical
    /// by the shapes. It carries the name that was asked for.
    /// </summary>
    internal static Metric Resolve(string name, Shape yTrue, Shape yPred)
    {
        var metric = (Targets.IsAccuracy(name), Targets.IsCrossentropy(name)) switch
        {
            (true, _) => Targets.Kind(yTrue, yPred) switch
            {
                TargetKind.Binary => new BinaryAccuracy(),
                TargetKind.Sparse => new SparseCategoricalAccuracy(),
                _ => (Metric)new CategoricalAccuracy(),
            },
            (_, true) => Targets.Kind(yTrue, yPred) switch
            {
                TargetKind.Binary => new BinaryCrossentropy(),
                TargetKind.Sparse => new SparseCategoricalCrossentropy(),
                _ => (Metric)new CategoricalCrossentropy(),
            },
            _ => Get(name),
        };
        metric.Name = name;
        return metric;
    }

    /// <summary>Creates a part of the state, zeros at first.</summary>
    /// <param name="name">Its name, such as <c>"total"</c>.</param>
    /// <param name="shape">Its dimensions; default a scalar.</param>
    /// <returns>A float32 variable that is not trainable.</returns>
    protected Variable AddVariable(string name, Shape? shape = null) => AddVariableOf(DType.Float32, name, shape);

    private protected Variable AddVariableOf(DType dtype, string name, Shape? shape)
    {
        var variable = new Variable(name, Ops.Cast(Tensor.Zeros(shape ?? Shape.Scalar), dtype), trainable: false);
        if (_known is null) TakeRestored(variable);
        _variables.Add(variable);
        return variable;
    }

    private void TakeRestored(Variable variable)
    {
        if (_restored.TryDequeue(out var value)) variable.Assign(value);
    }

    private sealed class FunctionMetric : MeanMetric
    {
        private readonly Func<Tensor, Tensor, Tensor> _function;

        public FunctionMetric(Func<Tensor, Tensor, Tensor> function, string name)
            : base(name)
        {
            ArgumentNullException.ThrowIfNull(function);
            _function = function;
            IsBuiltIn = false;
        }

        public override JsonObject GetConfig() => throw new InvalidOperationException(
            $"Metric '{Name}' is made from a function, which JSON cannot hold. Derive a class from Metric and register it instead.");

        private protected override Tensor Values(Tensor yTrue, Tensor yPred)
        {
            (yTrue, yPred) = Targets.SameRank(Targets.Float(yTrue), Targets.Float(yPred));
            return _function(yTrue, yPred);
        }
    }
}
