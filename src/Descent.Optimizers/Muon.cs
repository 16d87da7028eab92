using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Descent.Optimizers;

/// <summary>Momentum whose updates of matrices are made nearly orthogonal; everything that is no matrix is left to Adam.</summary>
/// <remarks>
/// <code>
/// matrices:  m = momentum · m + g;  u = orthogonal(g + momentum · m, or m without Nesterov)
///            w -= learningRate · √max(rows, columns) · rmsRate · u
/// others:    Adam with AdamBeta1, AdamBeta2 at learningRate · adamLrRatio
/// orthogonal(x):  x = x / (‖x‖ + 1e-7);  nsSteps times:  A = x·xᵀ;  x = muonA · x + (muonB · A + muonC · A·A) · x
/// </code>
/// <para>Matrices decay by <see cref="Optimizer.WeightDecay"/>, the others by <see cref="AdamWeightDecay"/>, both 0.004 unless told otherwise.</para>
/// </remarks>
/// <example><code>
/// var muon = new Muon(learningRate: 1e-3) { ExcludeLayers = ["output"] };
/// </code></example>
/// <seealso href="https://kellerjordan.github.io/posts/muon/">Muon: An optimizer for hidden layers in neural networks (2024)</seealso>
/// <seealso href="https://arxiv.org/abs/2502.16982">Muon is Scalable for LLM Training (2025)</seealso>
public sealed class Muon : RuleOptimizer
{
    private const double DefaultLearningRate = 0.001;
    private const double DefaultWeightDecay = 0.004;
    private readonly Regex[] _excluded = [];
    private bool[] _isMatrix = [];
    private bool[] _isOther = [];
    private Variable[] _directions = [];
    private DirectionPass? _steps;
    private Orthogonalization? _orthogonalization;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">A number, a schedule, or <see cref="LearningRate.From"/> a function. Default 0.001.</param>
    public Muon(LearningRate? learningRate = null)
        : base(learningRate ?? DefaultLearningRate) => WeightDecay = DefaultWeightDecay;

    private Muon(ConfigReader reader)
        : base(reader, DefaultLearningRate)
    {
        if (!reader.Has("weight_decay")) WeightDecay = DefaultWeightDecay;
        AdamBeta1 = reader.Double("adam_beta_1", AdamBeta1);
        AdamBeta2 = reader.Double("adam_beta_2", AdamBeta2);
        AdamWeightDecay = reader.NullableDouble("adam_weight_decay", AdamWeightDecay);
        Epsilon = reader.Double("epsilon", Epsilon);
        ExcludeLayers = reader.Strings("exclude_layers");
        ExcludeEmbeddings = reader.Bool("exclude_embeddings", ExcludeEmbeddings);
        MuonA = reader.Double("muon_a", MuonA);
        MuonB = reader.Double("muon_b", MuonB);
        MuonC = reader.Double("muon_c", MuonC);
        AdamLrRatio = reader.Double("adam_lr_ratio", AdamLrRatio);
        Momentum = reader.Double("momentum", Momentum);
        NsSteps = reader.Int("ns_steps", NsSteps);
        Nesterov = reader.Bool("nesterov", Nesterov);
        RmsRate = reader.NullableDouble("rms_rate", RmsRate);
    }

    /// <summary>Adam's first beta, in [0, 1). Default 0.9.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1).</exception>
    public double AdamBeta1 { get; init => field = Check.UnitIntervalOpenAtOne(value, nameof(AdamBeta1)); } = 0.9;

    /// <summary>Adam's second beta, in [0, 1). Default 0.999.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1).</exception>
    public double AdamBeta2 { get; init => field = Check.UnitIntervalOpenAtOne(value, nameof(AdamBeta2)); } = 0.999;

    /// <summary>The weight decay of what Adam updates; none when <see langword="null"/>. Default 0.004.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double? AdamWeightDecay { get; init => field = Check.Finite(value, nameof(AdamWeightDecay)); } = DefaultWeightDecay;

    /// <summary>Added to Adam's divisor, zero or more. Default 1e-7.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Epsilon { get; init => field = Check.NotNegative(value, nameof(Epsilon)); } = 1e-7;

    /// <summary>Regular expressions, searched in the paths of variables, for matrices to leave to Adam. Default none.</summary>
    /// <exception cref="ArgumentException">One is no valid regular expression, or null.</exception>
    public IReadOnlyList<string> ExcludeLayers
    {
        get => [.. _excluded.Select(pattern => pattern.ToString())];
        init => _excluded = [.. Check.NoNulls(value, nameof(ExcludeLayers)).Select(pattern => Check.Pattern(pattern, "Each of ExcludeLayers"))];
    }

    /// <summary>Whether variables with "embedding" in their path are left to Adam. Default yes.</summary>
    public bool ExcludeEmbeddings { get; init; } = true;

    /// <summary>The first coefficient of the iteration that makes updates orthogonal. Default 3.4445.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double MuonA { get; init => field = Check.Finite(value, nameof(MuonA)); } = 3.4445;

    /// <summary>The second coefficient. Default -4.775.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double MuonB { get; init => field = Check.Finite(value, nameof(MuonB)); } = -4.775;

    /// <summary>The third coefficient. Default 2.0315.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double MuonC { get; init => field = Check.Finite(value, nameof(MuonC)); } = 2.0315;

    /// <summary>Adam's learning rate as a multiple of Muon's. Default 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double AdamLrRatio { get; init => field = Check.Finite(value, nameof(AdamLrRatio)); } = 1;

    /// <summary>The share of the momentum that stays at each step. Default 0.95.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double Momentum { get; init => field = Check.Finite(value, nameof(Momentum)); } = 0.95;

    /// <summary>How many times the iteration runs, zero or more. Default 5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public int NsSteps { get; init => field = Check.AtLeast(0, value, nameof(NsSteps)); } = 5;

    /// <summary>Whether the momentum looks ahead (Nesterov). Default yes.</summary>
    public bool Nesterov { get; init; } = true;

    /// <summary>The root mean square of an update before the learning rate, so that rates suit Adam too; not scaled when <see langword="null"/>. Default 0.2.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double? RmsRate { get; init => field = Check.Finite(value, nameof(RmsRate)); } = 0.2;

    internal override bool IsOnePass => false;

    /// <inheritdoc/>
    protected override void BuildSlots()
    {
        _isOther = [.. TrainableVariables.Select(UsesAdam)];
        _isMatrix = [.. _isOther.Select(other => !other)];

        // Adam's velocities; in their place matrices have their directions.
        var momentums = AddUnlistedSlot("momentum");
        _directions = AddUnlistedSlot("velocity");
        for (var i = 0; i < TrainableVariables.Count; i++)
        {
            if (TrainableVariables[i].OverwriteWithGradient) continue;
            List(momentums[i]);
            if (_isOther[i]) List(_directions[i]);
        }

        _steps = new DirectionPass(TrainableVariables, _directions, Share is not null);
        _orthogonalization = new Orthogonalization((float)MuonA, (float)MuonB, (float)MuonC, NsSteps);
    }

    /// <inheritdoc/>
    protected override void Update(RuleRunner runner, double learningRate, int step) =>
        runner.Run(AdamRule<Keras3Arithmetic>.At(step, learningRate * AdamLrRatio, AdamBeta1, AdamBeta2, Epsilon));

    internal override void Run(Sweep sweep, double learningRate)
    {
        sweep.Only = _isOther;
        base.Run(sweep, learningRate);
        sweep.Only = _isMatrix;
        sweep.Run(new MuonRule((float)Momentum, (float)(Momentum - 1), Nesterov));
        for (var i = 0; i < _isMatrix.Length; i++)
        {
            if (!_isMatrix[i] || sweep.Gradients[i] is null) continue;
            _orthogonalization!.Run(_directions[i]);
            var scale = RmsRate is { } rate ? Math.Sqrt(Math.Max(_directions[i].Shape[0], _directions[i].Shape[1])) * rate : 1;
            _steps!.Scale[i] = (float)(learningRate * Plan.RateMultiplier(i) * scale);
        }

        _steps!.Run(sweep);
        sweep.Only = null;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["adam_beta_1"] = KerasJson.Float(AdamBeta1);
        config["adam_beta_2"] = KerasJson.Float(AdamBeta2);
        config["epsilon"] = KerasJson.Float(Epsilon);
        config["exclude_layers"] = new JsonArray([.. ExcludeLayers.Select(pattern => (JsonNode)pattern)]);
        config["muon_a"] = KerasJson.Float(MuonA);
        config["muon_b"] = KerasJson.Float(MuonB);
        config["muon_c"] = KerasJson.Float(MuonC);
        config["adam_lr_ratio"] = KerasJson.Number(AdamLrRatio);
        config["momentum"] = KerasJson.Float(Momentum);
        config["ns_steps"] = NsSteps;
        config["nesterov"] = Nesterov;
        config["exclude_embeddings"] = ExcludeEmbeddings;
        config["adam_weight_decay"] = KerasJson.Float(AdamWeightDecay);
        config["rms_rate"] = KerasJson.Float(RmsRate);
        return config;
    }

    /// <summary>Makes the optimizer from what <see cref="GetConfig"/> returned.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Muon FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Muon(reader));

    private protected override double? WeightDecayOf(Variable variable) => UsesAdam(variable) ? AdamWeightDecay : WeightDecay;

    private bool UsesAdam(Variable variable) =>
        variable.Shape.Rank != 2
        || (ExcludeEmbeddings && variable.Path.Contains("embedding", StringComparison.OrdinalIgnoreCase))
        || Array.Exists(_excluded, pattern => pattern.IsMatch(variable.Path));
}

/// <summary>The momentum of a matrix, and the direction that is still to be made orthogonal.</summary>
internal readonly struct MuonRule(float momentum, float momentumMinusOne, bool nesterov) : IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L m, ref L direction, ref L _) where L : struct, ILane<L>
    {
        m += g + m * L.Create(momentumMinusOne);
        direction = nesterov ? g + m * L.Create(momentum) : m;
    }
}
