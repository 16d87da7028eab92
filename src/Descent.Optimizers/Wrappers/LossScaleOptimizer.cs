using System.Numerics.Tensors;
using System.Runtime.InteropServices;
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
public sealed class LossScaleOptimizer : WrapperOptimizer
{
    private static readonly string[] InnerKeys =
        ["weight_decay", "clipnorm", "global_clipnorm", "clipvalue", "ema_overwrite_frequency", "loss_scale_factor", "gradient_accumulation_steps"];

    private const float SmallestScale = 1.17549435e-38f; // 2^-126, whose reciprocal is finite

    private Variable? _counter;
    private Variable? _scale;
    private bool _isFinite;

    /// <summary>Wraps an optimizer; a fixed loss scale of its own is dropped.</summary>
    /// <param name="innerOptimizer">The optimizer that updates the variables.</param>
    /// <exception cref="ArgumentException">It scales losses itself, or is wrapped or built already.</exception>
    public LossScaleOptimizer(Optimizer innerOptimizer)
        : base(innerOptimizer) => innerOptimizer.UseLossScale(null);

    private LossScaleOptimizer(ConfigReader reader)
        : base(reader)
    {
        InnerOptimizer.UseLossScale(null);
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

    /// <summary>The first scale, above zero; too high costs a few skipped steps, too low many slow ones. Default 32768.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a positive number.</exception>
    public double InitialScale
    {
        get;
        init => field = value is >= SmallestScale and <= float.MaxValue ? value : throw Check.OutOfRange(nameof(InitialScale), "positive and finite in float32", value);
    } = 32768;

    /// <summary>After how many finite steps in a row the scale doubles, 1 or more. Default 2000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public int DynamicGrowthSteps
    {
        get;
        init => field = Check.AtLeast(1, value, nameof(DynamicGrowthSteps));
    } = 2000;

    /// <summary>The scale of the next step.</summary>
    public double DynamicScale => _scale?.View.Floats[0] ?? InitialScale;

    /// <inheritdoc/>
    public override Tensor ScaleLoss(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return loss * (float)DynamicScale;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["initial_scale"] = KerasJson.Float(InitialScale);
        config["dynamic_growth_steps"] = DynamicGrowthSteps;
        return config;
    }

    /// <summary>Makes the optimizer from what <see cref="GetConfig"/> returned.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <exception cref="ArgumentException">The inner optimizer is missing, or an argument is bad, not known, or belongs to the inner optimizer.</exception>
    public static LossScaleOptimizer FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new LossScaleOptimizer(reader));

    internal override IReadOnlyList<Variable> Unsaved => [.. InnerOptimizer.Nest.SelectMany(o => o.Attributes)];

    private protected override void BuildState()
    {
        _counter = AddVariable("step_counter", Tensor.From([0], Shape.Scalar));
        _scale = AddVariable("dynamic_scale", Tensor.Scalar((float)InitialScale));
    }

    internal override void Begin(IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables)
    {
        _isFinite = AreFinite(gradients);
        if (Share is not null) _isFinite = Share.All(_isFinite);
        if (!_isFinite) return;
        ScaleFor(InnerOptimizer, DynamicScale);
        InnerOptimizer.Begin(gradients, variables);
    }

    internal override IDisposable? PerturbWeights(IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables)
    {
        ScaleFor(InnerOptimizer, DynamicScale);
        return base.PerturbWeights(gradients, variables);
    }

    internal override bool Updates => _isFinite && base.Updates;

    internal override bool CanFail => _isFinite && base.CanFail;

    internal override void End()
    {
        var (counter, scale) = (_counter!.View.Ints[0], _scale!.View.Floats[0]);
        if (_isFinite) base.End();
        // With an infinite scale, or none, no step would follow any more.
        if (!_isFinite) SetState(0, Math.Max(scale * 0.5f, SmallestScale));
        else if (counter == DynamicGrowthSteps - 1) SetState(0, float.IsFinite(scale * 2f) ? scale * 2f : scale);
        else SetState(counter + 1, scale);
    }

    private void SetState(int counter, float scale)
    {
        MemoryMarshal.Cast<float, int>(_counter!.Write())[0] = counter;
        _scale!.Write()[0] = scale;
    }

    private static bool AreFinite(IReadOnlyList<Tensor?> gradients)
    {
        for (var i = 0; i < gradients.Count; i++)
            if (gradients[i] is { Length: > 0 } gradient && !TensorPrimitives.IsFiniteAll(gradient.AsSpan()))
                return false;
        return true;
    }

    private static ArgumentException Misplaced(string key, JsonNode value) =>
        new($"Argument '{key}' of LossScaleOptimizer must be left to the inner optimizer. Received: {value.ToJsonString()}. Set it there.");
}
