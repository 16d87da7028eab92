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
public sealed class Adafactor : Optimizer
{
    private const double DefaultLearningRate = 0.001;
    private readonly List<Variable?> _rows = [];
    private readonly List<Variable?> _columns = [];
    private readonly List<Variable?> _velocities = [];

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
        init => field = Finite(value, nameof(Beta2Decay));
    } = -0.8;

    /// <summary>Added to the squares of gradients, zero or more. Default 1e-30.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Epsilon1
    {
        get;
        init => field = NotNegative(value, nameof(Epsilon1));
    } = 1e-30;

    /// <summary>The least size of a variable that its steps are measured by, zero or more. Default 0.001.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Epsilon2
    {
        get;
        init => field = NotNegative(value, nameof(Epsilon2));
    } = 1e-3;

    /// <summary>The root mean square to which an update is clipped, above zero. Default 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public double ClipThreshold
    {
        get;
        init => field = value > 0 && double.IsFinite(value) ? value : throw Check.OutOfRange(nameof(ClipThreshold), "positive and finite", value);
    } = 1;

    /// <summary>Kept in the config; it has no effect, as in Keras. Default yes.</summary>
    public bool RelativeStep { get; init; } = true;

    /// <inheritdoc/>
    public override void Build(IReadOnlyList<Variable> variables)
    {
        base.Build(variables);
        foreach (var variable in variables)
        {
            var (shape, factored) = (variable.Shape, variable.Shape.Rank >= 2);
            var overwritten = variable.OverwriteWithGradient;
            _rows.Add(factored ? overwritten ? null : AddVariable(variable.Name, Tensor.Zeros(shape[..^1])) : Placeholder(variable));
            _columns.Add(factored ? overwritten ? null : AddVariable(variable.Name, Tensor.Zeros(Shape.Create([.. shape.Dimensions[..^2], shape[^1]]))) : Placeholder(variable));
            _velocities.Add(overwritten ? null : AddVariableFromReference(variable, "velocity"));
        }
    }

    /// <inheritdoc/>
    public override void UpdateStep(Tensor gradient, Variable variable, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(variable);
        var index = GetVariableIndex(variable);
        var (step, velocity) = (Iterations + 1, _velocities[index]!);
        var rho = Math.Min(learningRate, 1 / Math.Sqrt(step));
        var keep = (float)(1 - Math.Pow(step, Beta2Decay));
        var add = (float)Math.Pow(step, Beta2Decay);
        var square = Ops.Square(gradient) + (float)Epsilon1;
        if (variable.Shape.Rank >= 2)
        {
            var (r, c) = (_rows[index]!, _columns[index]!);
            Assign(r, r * keep + Ops.Mean(square, [-1]) * add);
            Assign(c, c * keep + Ops.Mean(square, [-2]) * add);
            Assign(velocity, Ops.ExpandDims(r / Ops.Mean(r, [-1], keepDimensions: true), -1) * Ops.ExpandDims(c, -2));
        }
        else
        {
            Assign(velocity, velocity * keep + square * add);
        }

        var update = gradient / Ops.Sqrt(velocity);
        var alpha = Math.Max(Epsilon2, RootMeanSquare(variable)) * rho;
        AssignSub(variable, update * (float)(alpha / Math.Max(1, RootMeanSquare(update) / ClipThreshold)));
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

    // Keras keeps two of these where there is nothing to factor; they have a place in its files.
    private Variable Placeholder(Variable variable) => AddVariable(variable.Name, Tensor.From([0], Shape.Scalar));

    private static double RootMeanSquare(Tensor x) => x.Length == 0 ? 0 : Math.Sqrt(Ops.Mean(Ops.Square(x)).Item());
}
