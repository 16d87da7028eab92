using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Descent.Optimizers;

/// <summary>Adam for large matrices: the mean square of the gradient is kept as one value per row and one per column.</summary>
/// <remarks>
/// <code>
/// ρ = min(learningRate, 1/√t);  α = max(epsilon2, rms(w)) · ρ;  β = 1 - t^beta2Decay
/// rank 2 and more:  r = β · r + (1 - β) · mean over columns of (g² + epsilon1);  c likewise over rows;  v = r · c / mean(r)
/// rank 0 and 1:     v = β · v + (1 - β) · (g² + epsilon1)
/// u = g / √v;  w -= α · u / max(1, rms(u) / clipThreshold)
/// </code>
/// <para>As in Keras, the rate is capped by 1/√t whatever <see cref="RelativeStep"/> says, and v is kept beside r and c.</para>
/// </remarks>
/// <example><code>
/// var adafactor = new Adafactor(learningRate: 0.01);
/// </code></example>
/// <seealso href="https://arxiv.org/abs/1804.04235">Adafactor: Adaptive Learning Rates with Sublinear Memory Cost (2018)</seealso>
public sealed class Adafactor : RuleOptimizer
{
    private const double DefaultLearningRate = 0.001;
    private readonly FactoredSquares _factored = new();
    private Variable[] _rows = [];
    private Variable[] _columns = [];
    private Variable[] _velocities = [];
    private Variable[] _directions = [];
    private bool[] _isFactored = [];
    private bool[] _isOther = [];
    private DirectionPass? _steps;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">A number, a schedule, or <see cref="LearningRate.From"/> a function. Default 0.001.</param>
    public Adafactor(LearningRate? learningRate = null)
        : base(learningRate ?? DefaultLearningRate)
    {
    }

    private Adafactor(ConfigReader reader)
        : base(reader, DefaultLearningRate)
    {
        Beta2Decay = reader.Double("beta_2_decay", Beta2Decay);
        Epsilon1 = reader.Double("epsilon_1", Epsilon1);
        Epsilon2 = reader.Double("epsilon_2", Epsilon2);
        ClipThreshold = reader.Double("clip_threshold", ClipThreshold);
        RelativeStep = reader.Bool("relative_step", RelativeStep);
    }

    /// <summary>The power of the step with which the weight of new squares falls. Default -0.8.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public double Beta2Decay
    {
        get;
        init => field = Check.Finite(value, nameof(Beta2Decay));
    } = -0.8;

    /// <summary>Added to the squares of gradients, zero or more. Default 1e-30.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Epsilon1
    {
        get;
        init => field = Check.NotNegative(value, nameof(Epsilon1));
    } = 1e-30;

    /// <summary>The least size of a variable that its steps are measured by, zero or more. Default 0.001.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Epsilon2
    {
        get;
        init => field = Check.NotNegative(value, nameof(Epsilon2));
    } = 1e-3;

    /// <summary>The root mean square to which an update is clipped, above zero. Default 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public double ClipThreshold
    {
        get;
        init => field = Check.Positive(value, nameof(ClipThreshold));
    } = 1;

    /// <summary>Kept in the config; it has no effect, as in Keras. Default yes.</summary>
    public bool RelativeStep { get; init; } = true;

    internal override bool IsOnePass => false;

    // Keras' placeholders, which stay 0.
    internal override IEnumerable<Variable> Attributes => Enumerable.Range(0, _rows.Length).Where(i => !_isFactored[i]).SelectMany(i => new[] { _rows[i], _columns[i] });

    /// <inheritdoc/>
    protected override void BuildSlots()
    {
        var count = TrainableVariables.Count;
        (_rows, _columns) = (new Variable[count], new Variable[count]);
        _isFactored = [.. TrainableVariables.Select(v => v.Shape.Rank >= 2)];
        _isOther = [.. _isFactored.Select(factored => !factored)];
        _velocities = AddUnlistedSlot("velocity");
        _directions = AddUnlistedSlot("direction");
        _steps = new DirectionPass(TrainableVariables, _directions, Share is not null);
        for (var i = 0; i < count; i++)
        {
            var variable = TrainableVariables[i];
            if (variable.OverwriteWithGradient && _isFactored[i]) continue;
            _rows[i] = AddVariable(variable.Name, _isFactored[i] ? Tensor.Zeros(variable.Shape[..^1]) : Placeholder(), new StateKey(variable, "rows"));
            _columns[i] = AddVariable(variable.Name, _isFactored[i] ? Tensor.Zeros(Shape.Create([.. variable.Shape.Dimensions[..^2], variable.Shape[^1]])) : Placeholder(), new StateKey(variable, "columns"));
            if (!variable.OverwriteWithGradient) List(_velocities[i]);
        }
    }

    /// <inheritdoc/>
    protected override void Update(RuleRunner runner, double learningRate, int step) =>
        runner.Run(new AdafactorRule((float)Keep(step), (float)(1 - Keep(step)), (float)Epsilon1));

    internal override void Run(Sweep sweep, double learningRate)
    {
        var (step, steps) = (Iterations + 1, _steps!);
        sweep.Only = _isOther;
        base.Run(sweep, learningRate);
        steps.Measure(sweep);
        for (var i = 0; i < steps.Scale.Length; i++)
            if (_isOther[i])
                steps.Scale[i] = StepScale(i, steps.WeightNorms[i], steps.DirectionNorms[i], learningRate);
        steps.Run(sweep);

        sweep.Only = _isFactored;
        var isPlain = sweep.IsPlain; // gradients can be taken as they are
        if (!isPlain) sweep.Run(default(DirectionRule));
        var (keep, add) = ((float)Keep(step), (float)(1 - Keep(step)));
        for (var i = 0; i < _isFactored.Length; i++)
        {
            if (!_isFactored[i] || sweep.Gradients[i] is not { } given) continue;
            var gradient = isPlain ? given : _directions[i].View;
            var norm = _factored.Update(gradient, _rows[i], _columns[i], keep, add, (float)Epsilon1);
            var scale = StepScale(i, Squares.Norm(TrainableVariables[i]), norm, learningRate);
            _factored.Step(gradient, _rows[i], _columns[i], _velocities[i], TrainableVariables[i], scale);
        }

        sweep.Only = null;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["beta_2_decay"] = KerasJson.Float(Beta2Decay);
        config["epsilon_1"] = KerasJson.Float(Epsilon1);
        config["epsilon_2"] = KerasJson.Float(Epsilon2);
        config["clip_threshold"] = KerasJson.Float(ClipThreshold);
        config["relative_step"] = RelativeStep;
        return config;
    }

    /// <summary>Makes the optimizer from what <see cref="GetConfig"/> returned.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Adafactor FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Adafactor(reader));

    private float StepScale(int index, double weightNorm, double directionNorm, double learningRate)
    {
        var root = Math.Sqrt(TrainableVariables[index].Shape.Size);
        var alpha = Math.Max(Epsilon2, weightNorm / root) * Math.Min(learningRate, 1 / Math.Sqrt(Iterations + 1)) * Plan.RateMultiplier(index);
        return (float)(alpha / Math.Max(1, directionNorm / root / ClipThreshold));
    }

    private double Keep(int step) => 1 - Math.Pow(step, Beta2Decay);

    // Keras keeps two of these where there is nothing to factor; they have a place in its files.
    private static Tensor Placeholder() => Tensor.From([0], Shape.Scalar);
}

/// <summary>What is too small to factor: a mean square for each element.</summary>
internal readonly struct AdafactorRule(float keep, float add, float epsilon) : IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L v, ref L direction, ref L _) where L : struct, ILane<L>
    {
        v = v * L.Create(keep) + (g * g + L.Create(epsilon)) * L.Create(add);
        direction = g / L.Sqrt(v);
    }
}

/// <summary>Leaves the gradient, unscaled and clipped, as the direction.</summary>
internal readonly struct DirectionRule : IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L _, ref L direction, ref L __) where L : struct, ILane<L> => direction = g;
}
