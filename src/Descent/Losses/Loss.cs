using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>Measures how far predictions are from targets; training makes it small.</summary>
/// <remarks>
/// A name stands for a loss with its default arguments: <c>model.Compile("adam", loss: "mse")</c>. To write one: derive and override
/// <see cref="Call"/>; to read it from JSON add <c>public static FromConfig(JsonObject)</c> and call
/// <see cref="KerasRegistry.Register{T}(string, string?)"/>. A function alone becomes a loss by <see cref="From"/>.
/// All of Keras' losses on dense predictions are here; CTC, whose targets are sequences of another length, is not.
/// </remarks>
/// <example><code>
/// Loss loss = new Huber(delta: 0.5) { Reduction = LossReduction.Sum };
/// Tensor value = loss.Compute(yTrue, yPred, sampleWeight);
/// </code></example>
public abstract class Loss : IKerasSerializable
{
    // Keras tells the names of losses by case and underscores: "mse" and "MSE", but no "logcosh".
    private static readonly KerasTable<Loss> Table =
        new KerasTable<Loss>("loss", "keras.losses", StringComparer.Ordinal)
            .Add(MeanSquaredError.FromConfig, aliases: ["mse", "MSE"])
            .Add(MeanAbsoluteError.FromConfig, aliases: ["mae", "MAE"])
            .Add(MeanAbsolutePercentageError.FromConfig, aliases: ["mape", "MAPE"])
            .Add(MeanSquaredLogarithmicError.FromConfig, aliases: ["msle", "MSLE"])
            .Add(CosineSimilarity.FromConfig)
            .Add(LogCosh.FromConfig)
            .Add(Huber.FromConfig)
            .Add(BinaryCrossentropy.FromConfig, aliases: ["bce", "BCE"])
            .Add(BinaryFocalCrossentropy.FromConfig)
            .Add(CategoricalCrossentropy.FromConfig)
            .Add(CategoricalFocalCrossentropy.FromConfig)
            .Add(CategoricalGeneralizedCrossEntropy.FromConfig)
            .Add(SparseCategoricalCrossentropy.FromConfig)
            .Add(KLDivergence.FromConfig, aliases: ["kld", "KLD"])
            .Add(Poisson.FromConfig)
            .Add(Hinge.FromConfig)
            .Add(SquaredHinge.FromConfig)
            .Add(CategoricalHinge.FromConfig)
            .Add(Dice.FromConfig)
            .Add(Tversky.FromConfig)
            .Add(Circle.FromConfig);

    /// <summary>Creates a loss.</summary>
    /// <param name="name">Its name; default that of the class in snake case.</param>
    protected Loss(string? name = null)
    {
        Name = name ?? KerasNames.ToSnakeCase(GetType().Name);
        IsBuiltIn = GetType().Assembly == typeof(Loss).Assembly;
    }

    private protected Loss(ConfigReader reader, string? name = null)
        : this(name)
    {
        Name = reader.NullableString("name") ?? Name;
        Reduction = reader.Has("reduction") && reader.Node("reduction") is null ? LossReduction.None : reader.Choice("reduction", Reduction);
    }

    /// <summary>The name; default that of the class in snake case.</summary>
    public string Name { get; init; }

    /// <summary>How the losses of a batch become one number; default <see cref="LossReduction.SumOverBatchSize"/>.</summary>
    public LossReduction Reduction { get; init; }

    /// <inheritdoc/>
    IKerasTable? IKerasSerializable.BuiltIns => Table;

    /// <summary>Whether the loss runs no code of the user's.</summary>
    internal bool IsBuiltIn { get; private init; }

    /// <summary>The names of all losses, built-in and registered.</summary>
    internal static IEnumerable<string> Names => Table.Names;

    /// <summary>Whether <see cref="Call"/> takes int32 labels as they are, instead of as float32.</summary>
    private protected virtual bool TakesLabels => false;

    /// <summary>Computes the loss of each sample, without weights and reduction.</summary>
    /// <param name="yTrue">The targets, float32, of shape <c>(batch, …)</c>.</param>
    /// <param name="yPred">The predictions, float32.</param>
    /// <returns>The losses, of shape <c>(batch, …)</c>: most losses take the mean or sum along the last axis.</returns>
    public abstract Tensor Call(Tensor yTrue, Tensor yPred);

    /// <summary>Computes the loss of a batch: the losses of its samples, weighted and reduced.</summary>
    /// <param name="yTrue">The targets of shape <c>(batch, …)</c>; int32 and bool are cast.</param>
    /// <param name="yPred">The predictions.</param>
    /// <param name="sampleWeight">Weights of shape <c>(batch)</c>, or of the shape of the losses; default all 1.</param>
    /// <param name="mask">A bool tensor of such a shape: false leaves a sample out; default all count.</param>
    /// <returns>A scalar, or the weighted losses where <see cref="Reduction"/> is <see cref="LossReduction.None"/>.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit, or a label is out of range.</exception>
    public Tensor Compute(Tensor yTrue, Tensor yPred, Tensor? sampleWeight = null, Tensor? mask = null)
    {
        yPred = Targets.Float(yPred);
        if (JudgesTogether && BatchShard.Current is { } shard && shard.Rows < shard.TotalRows)
            throw new InvalidOperationException($"Loss '{Name}' judges all samples of a batch together. Received: a part of a batch. Give it an axis that leaves the samples apart, another loss, or compile without a distribution.");
        if (!TakesLabels) yTrue = Targets.Float(yTrue);
        var losses = Call(yTrue, yPred);
        if (OwnMask(yTrue, yPred, losses) is { } own) mask = mask is null ? own : Ops.LogicalAnd(mask, own);
        var weights = Weights(sampleWeight, mask, losses.Shape);
        return Reduce(weights is null ? losses : losses * weights, weights);
    }

    /// <inheritdoc/>
    public virtual JsonObject GetConfig() => new()
    {
        ["name"] = Name,
        ["reduction"] = KerasNames.ToSnakeCase(Reduction.ToString()),
    };

    /// <summary>Writes this loss in Keras' form: <c>{"module", "class_name", "config", "registered_name"}</c>.</summary>
    /// <returns>A new JSON object that <see cref="Deserialize"/> and Keras read.</returns>
    public JsonObject Serialize() => KerasRegistry.Serialize(this);

    /// <summary>Makes the loss of a name with its default arguments.</summary>
    /// <param name="name">A class name or one of Keras' names, such as <c>"mse"</c> or <c>"categorical_crossentropy"</c>.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">There is no loss of this name.</exception>
    public static Loss Get(string name) => Table.Get(name);

    /// <summary>Makes the loss that JSON describes.</summary>
    /// <param name="json">What <see cref="Serialize"/> or Keras wrote.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">The JSON has another form, the class is unknown, or an argument is missing, bad or not known.</exception>
    public static Loss Deserialize(JsonObject json) => Table.Deserialize(json);

    /// <summary>Makes a loss of a function.</summary>
    /// <param name="function">
    /// Computes the losses of shape <c>(batch, …)</c> from targets and predictions; where one of the two lacks the last axis, of size 1, of the
    /// other, they come with it both or neither.
    /// </param>
    /// <param name="name">The name; default "function".</param>
    /// <returns>A new loss, which cannot be written to JSON.</returns>
    public static Loss From(Func<Tensor, Tensor, Tensor> function, string name = "function") => new FunctionLoss(function, name);

    /// <summary>Makes the loss of a name; see <see cref="Get"/>.</summary>
    /// <param name="name">One of Keras' names.</param>
    public static implicit operator Loss(string name) => Get(name);

    /// <summary>Makes the loss of a name, where <c>"crossentropy"</c> and <c>"ce"</c> are binary, sparse or categorical by the shapes.</summary>
    internal static Loss Resolve(string name, Shape yTrue, Shape yPred) => Targets.IsCrossentropy(name)
        ? Targets.Kind(yTrue, yPred) switch
        {
            TargetKind.Binary => new BinaryCrossentropy(),
            TargetKind.Sparse => new SparseCategoricalCrossentropy(),
            _ => new CategoricalCrossentropy(),
        }
        : Get(name);

    /// <summary>Throws for targets that cannot be right whatever the model predicts, before a run shuffles them and their places are lost.</summary>
    /// <param name="yTrue">The targets of all samples.</param>
    /// <param name="output">The shape of the predictions, batch dimension first.</param>
    internal virtual void CheckTargets(Tensor yTrue, Shape output)
    {
    }

    /// <summary>Whether the loss of a sample depends on other samples of its batch.</summary>
    private protected virtual bool JudgesTogether => false;

    /// <summary>Which of the losses count, by the loss' own rules; null: all.</summary>
    internal virtual Tensor? OwnMask(Tensor yTrue, Tensor yPred, Tensor losses) => null;

    // Weights and mask as one factor. Where a mean over the batch is taken, what counts makes up for what does not.
    private Tensor? Weights(Tensor? sampleWeight, Tensor? mask, Shape losses)
    {
        var weights = sampleWeight is null ? null : Targets.Weights(sampleWeight, losses);
        if (mask is null) return weights;
        var counts = Targets.Weights(mask, losses);
        if (Reduction is LossReduction.SumOverBatchSize or LossReduction.Mean)
            counts *= Total(counts) is var valid and not 0 ? counts.Length / valid : 0f;
        return weights is null ? counts : weights * counts;
    }

    private Tensor Reduce(Tensor losses, Tensor? weights)
    {
        if (Reduction == LossReduction.None || losses.Rank == 0) return losses;
        var divisor = Reduction switch
        {
            LossReduction.Sum => BatchShard.Current?.Share ?? 1f,
            LossReduction.MeanWithSampleWeight when weights is not null => Total(weights),
            _ => losses.Length,
        };
        return Ops.Sum(losses) * (divisor == 0 ? 0 : 1 / divisor);
    }

    // Shards of a batch have the losses whose mean, weighted by their rows, is that of the whole batch.
    private static float Total(Tensor weights)
    {
        var total = Targets.Total(weights);
        if (BatchShard.Current is not { } shard) return total;
        shard.Sum(new Span<float>(ref total));
        return total * shard.Share;
    }

    private sealed class FunctionLoss : Loss
    {
        private readonly Func<Tensor, Tensor, Tensor> _function;

        public FunctionLoss(Func<Tensor, Tensor, Tensor> function, string name)
            : base(name)
        {
            ArgumentNullException.ThrowIfNull(function);
            _function = function;
            IsBuiltIn = false;
        }

        public override Tensor Call(Tensor yTrue, Tensor yPred)
        {
            // As Keras does: targets (batch) minus predictions (batch, 1) would be (batch, batch).
            (yTrue, yPred) = Targets.SameRank(yTrue, yPred);
            return _function(yTrue, yPred);
        }

        public override JsonObject GetConfig() => throw new InvalidOperationException(
            $"Loss '{Name}' is made from a function, which JSON cannot hold. Derive a class from Loss and register it instead.");
    }
}
