using System.Text.Json.Nodes;

namespace Descent.Optimizers;

/// <summary>Lets the inner optimizer run ahead with fast weights, and has slow weights follow it now and then: less variance, less tuning.</summary>
/// <remarks>
/// <code>
/// every syncPeriod updates of the inner optimizer:  s += slowStepSize · (w - s);  w = s          s begins as w
/// </code>
/// <para>
/// Updates count, not calls: those that only accumulate gradients, or that a <see cref="LossScaleOptimizer"/> skips, are none. The inner optimizer keeps its state when
/// its weights are set back; a constraint is applied to what they are set to. Training that ends between two synchronisations leaves the fast weights.
/// Weights that are assigned from outside are pulled towards the old slow ones at the next synchronisation.
/// </para>
/// </remarks>
/// <example><code>
/// var optimizer = new Lookahead(new Adam(learningRate: 1e-3)) { SyncPeriod = 5, SlowStepSize = 0.5 };
/// </code></example>
/// <seealso href="https://arxiv.org/abs/1907.08610">Lookahead Optimizer: k steps forward, 1 step back (2019)</seealso>
public sealed class Lookahead : WrapperOptimizer
{
    private Variable[] _slow = [];

    /// <summary>Wraps an optimizer.</summary>
    /// <param name="innerOptimizer">The optimizer of the fast weights.</param>
    /// <exception cref="ArgumentException">It cannot stand inside this one, or is wrapped or built already.</exception>
    public Lookahead(Optimizer innerOptimizer)
        : base(innerOptimizer)
    {
    }

    private Lookahead(ConfigReader reader)
        : base(reader)
    {
        SyncPeriod = reader.Int("sync_period", SyncPeriod);
        SlowStepSize = reader.Double("slow_step_size", SlowStepSize);
    }

    /// <summary>After how many updates the slow weights follow, each time; 1 or more, the paper's k. Default 6.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public int SyncPeriod
    {
        get;
        init => field = Check.AtLeast(1, value, nameof(SyncPeriod));
    } = 6;

    /// <summary>How far the slow weights follow, in [0, 1]: the paper's alpha. Default 0.5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1].</exception>
    public double SlowStepSize
    {
        get;
        init => field = Check.UnitInterval(value, nameof(SlowStepSize));
    } = 0.5;

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["sync_period"] = SyncPeriod;
        config["slow_step_size"] = KerasJson.Float(SlowStepSize);
        return config;
    }

    /// <summary>Makes the optimizer from what <see cref="GetConfig"/> returned.</summary>
    /// <param name="config">The arguments.</param>
    /// <exception cref="ArgumentException">The inner optimizer is missing, or an argument is bad or not known.</exception>
    public static Lookahead FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Lookahead(reader));

    private protected override void BuildState() => _slow = AddCopies("slow");

    internal override bool CanFail
    {
        get
        {
            var constrained = false;
            for (var i = 0; i < TrainableVariables.Count; i++) constrained |= TrainableVariables[i].Constraint is not null;
            return constrained || base.CanFail;
        }
    }

    private protected override void AfterUpdate()
    {
        if (NextUpdate() % SyncPeriod != 0) return;
        Follow(SlowStepSize, setBack: true);
        for (var i = 0; i < _slow.Length; i++)
        {
            if (TrainableVariables[i] is not { Constraint: { } constraint } variable || !IsTrained(variable)) continue;
            _slow[i].Assign(constraint(variable));
            variable.Assign(_slow[i]);
        }
    }
}
