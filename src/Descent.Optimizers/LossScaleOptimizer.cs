using System.Text.Json.Nodes;

namespace Descent.Optimizers;

/// <summary>Multiplies losses by a large factor, so that small gradients survive, and finds the factor by itself.</summary>
/// <remarks>
/// <code>
/// a gradient is infinite or NaN:  no update;  scale = scale / 2
/// otherwise:                      the inner optimizer gets g / scale;  after dynamicGrowthSteps of these in a row scale = 2 · scale
/// </code>
/// <para>Multiply the loss by <see cref="ScaleLoss"/> before taking gradients; <c>Fit</c> does. Options such as clipping belong to the inner optimizer.</para>
/// </remarks>
/// <example><code>
/// var optimizer = new LossScaleOptimizer(new Adam(learningRate: 1e-3)) { InitialScale = 1024 };
/// </code></example>
/// <seealso href="https://arxiv.org/abs/1710.03740">Mixed Precision Training (2017)</seealso>
public sealed class LossScaleOptimizer : Optimizer
{
    private const string Elsewhere = "must be left to the inner optimizer";
    private static readonly string[] InnerKeys =
        ["weight_decay", "clipnorm", "global_clipnorm", "clipvalue", "ema_overwrite_frequency", "loss_scale_factor", "gradient_accumulation_steps"];

    private Variable? _counter;
    private Variable? _scale;

    /// <summary>Wraps an optimizer; a fixed loss scale of its own is dropped.</summary>
    /// <param name="innerOptimizer">The optimizer that updates the variables.</param>
    /// <exception cref="ArgumentException">The inner optimizer scales losses itself.</exception>
    public LossScaleOptimizer(Optimizer innerOptimizer)
        : base(0.0)
    {
        ArgumentNullException.ThrowIfNull(innerOptimizer);
        if (innerOptimizer is LossScaleOptimizer)
            throw new ArgumentException("The inner optimizer of a LossScaleOptimizer must be another kind of optimizer. Received: a LossScaleOptimizer.", nameof(innerOptimizer));
        InnerOptimizer = innerOptimizer;
        innerOptimizer.DropLossScale();
    }

    private LossScaleOptimizer(ConfigReader reader)
        : this(Deserialize(reader.Object("inner_optimizer")))
    {
        Name = reader.NullableString("name") ?? Name;
        InitialScale = reader.Double("initial_scale", InitialScale);
        DynamicGrowthSteps = reader.Int("dynamic_growth_steps", DynamicGrowthSteps);

        // Older files of Keras write all options; their defaults mean nothing.
        foreach (var key in InnerKeys)
            if (reader.Node(key) is { } value)
                throw Misplaced(key, value);
        if (reader.Bool("use_ema", false)) throw Misplaced("use_ema", true);
        if (reader.Double("ema_momentum", 0.99) is not 0.99 and var momentum) throw Misplaced("ema_momentum", KerasJson.Float(momentum));
        if (!reader.Bool("dynamic", true))
            throw new ArgumentException("Argument 'dynamic' of LossScaleOptimizer must be true. Received: false. For a fixed scale set LossScaleFactor on the optimizer itself.");
    }

    /// <summary>The optimizer that updates the variables.</summary>
    public Optimizer InnerOptimizer { get; }

    /// <summary>The first scale, above zero; too high costs a few skipped steps, too low many slow ones. Default 32768.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a positive number.</exception>
    public double InitialScale
    {
        get;
        init => field = Check.Positive(value, nameof(InitialScale));
    } = 32768;

    /// <summary>After how many finite steps in a row the scale doubles, 1 or more. Default 2000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public int DynamicGrowthSteps
    {
        get;
        init => field = Check.AtLeastOne(value, nameof(DynamicGrowthSteps));
    } = 2000;

    /// <summary>The scale of the next step.</summary>
    public double DynamicScale => _scale?.View.Floats[0] ?? InitialScale;

    /// <inheritdoc/>
    public override LearningRate LearningRate
    {
        get => InnerOptimizer.LearningRate;
        set => InnerOptimizer.LearningRate = value;
    }

    internal override double BaseRate => InnerOptimizer.BaseRate;

    /// <inheritdoc/>
    public override int Iterations => InnerOptimizer.Iterations;

    internal override int CallsPerUpdate => InnerOptimizer.CallsPerUpdate;

    internal override void Forget()
    {
        base.Forget();
        InnerOptimizer.Forget();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Variable> Variables => [.. base.Variables, .. InnerOptimizer.Variables];

    /// <inheritdoc/>
    public override void Build(IReadOnlyList<Variable> variables)
    {
        // The inner optimizer comes first: if it cannot be built, this one is not either.
        Validate();
        InnerOptimizer.Scope = $"{Name}/";
        InnerOptimizer.Build(variables);
        base.Build(variables);
        _counter = AddVariable("step_counter", Tensor.From([0], Shape.Scalar));
        _scale = AddVariable("dynamic_scale", Tensor.Scalar((float)InitialScale));
    }

    /// <inheritdoc/>
    public override Tensor ScaleLoss(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return loss * (float)DynamicScale;
    }

    /// <inheritdoc/>
    public override void FinalizeVariableValues(IReadOnlyList<Variable> variables) => InnerOptimizer.FinalizeVariableValues(variables);

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        Validate();
        return new JsonObject
        {
            ["name"] = Name,
            ["inner_optimizer"] = InnerOptimizer.Serialize(),
            ["initial_scale"] = KerasJson.Float(InitialScale),
            ["dynamic_growth_steps"] = DynamicGrowthSteps,
        };
    }

    /// <summary>Makes the optimizer from what <see cref="GetConfig"/> returned.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <exception cref="ArgumentException">The inner optimizer is missing, or an argument is bad, not known, or belongs to the inner optimizer.</exception>
    public static LossScaleOptimizer FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new LossScaleOptimizer(reader));

    /// <inheritdoc/>
    protected override void Validate()
    {
        base.Validate();
        if (UseEma || GradientAccumulationSteps is not null || (WeightDecay ?? ClipNorm ?? GlobalClipNorm ?? ClipValue ?? LossScaleFactor) is not null)
            throw new ArgumentException($"Options of LossScaleOptimizer {Elsewhere}. Received: at least one of clipping, decay, averaging, accumulation and loss scale. Set it there.");
    }

    internal override void Step(IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables)
    {
        var scale = _scale!.View.Floats[0];
        if (!gradients.All(IsFinite))
        {
            SetState(0, scale * 0.5f);
            return;
        }

        InnerOptimizer.Apply([.. gradients.Select((g, i) => g is null || variables[i].OverwriteWithGradient ? g : g / scale)], variables);
        var counter = _counter!.View.Ints[0];
        if (counter == DynamicGrowthSteps - 1) SetState(0, scale * 2f);
        else SetState(counter + 1, scale);
    }

    private void SetState(int counter, float scale)
    {
        _counter!.Assign(Tensor.From([counter], Shape.Scalar));
        _scale!.Assign(Tensor.Scalar(scale));
    }

    private static bool IsFinite(Tensor? gradient)
    {
        if (gradient is null) return true;
        foreach (var value in gradient.AsSpan())
            if (!float.IsFinite(value))
                return false;
        return true;
    }

    private static ArgumentException Misplaced(string key, JsonNode value) =>
        new($"Argument '{key}' of LossScaleOptimizer {Elsewhere}. Received: {value.ToJsonString()}. Set it there.");
}
