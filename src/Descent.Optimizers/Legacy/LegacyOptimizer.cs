using System.Text.Json.Nodes;

namespace Descent.Optimizers.Legacy;

/// <summary>What the optimizers of Keras 1 and 2 have in common: a rate that decays, clipping, and the form of their configs and state.</summary>
/// <remarks>
/// <code>
/// learningRate = Lr / (1 + Decay · Iterations)
/// ClipNorm:   g = g · ClipNorm / ‖all gradients‖   if the norm is larger
/// ClipValue:  g = min(max(g, -ClipValue), ClipValue), after ClipNorm if both are set
/// </code>
/// <para>
/// The options that came with Keras 3 (weight decay, moving averages, accumulation and scaling of gradients, a name) throw when they are set.
/// Keras keeps most hyper-parameters in float32, and so do these: <c>GetConfig</c> writes 0.9 as 0.8999999761581421.
/// </para>
/// <para>
/// <see cref="Optimizer.ParameterGroups"/> work on these, too. What a group sets is as in Keras 3: its <see cref="ParameterGroup.WeightDecay"/> is decoupled, its
/// <see cref="ParameterGroup.ClipNorm"/> is over each variable.
/// </para>
/// </remarks>
public abstract class LegacyOptimizer : RuleOptimizer
{
    private protected LegacyOptimizer(KerasVersion version, double lr)
        : base(lr)
    {
        Version = version;
        Iteration.Path = IterationPath;
    }

    private protected LegacyOptimizer(KerasVersion version, ConfigReader reader, double lr)
        : this(version, ReadLr(version, reader, lr))
    {
        ClipNorm = reader.NullableDouble("clipnorm");
        ClipValue = reader.NullableDouble("clipvalue");
        if (HasDecay) Decay = reader.Double("decay", Decay);
    }

    /// <summary>The learning rate before <see cref="Decay"/>; it can be set between steps. <see cref="Optimizer.LearningRate"/> is set alike, and gives the rate of the next step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double Lr
    {
        get => base.CurrentRate();
        set => LearningRate = value;
    }

    /// <summary>How fast the rate falls: to <c>Lr / (1 + Decay · Iterations)</c>. Default 0: not at all, as below 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    /// <exception cref="ArgumentException">The optimizer is a Nadam, which has none.</exception>
    public double Decay
    {
        get;
        init
        {
            RequireOption(nameof(Decay));
            field = Check.Finite(value, nameof(Decay));
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The rate is a schedule or a function.</exception>
    public sealed override LearningRate LearningRate
    {
        get => base.LearningRate;
        set => base.LearningRate = value is { Schedule: null, Function: null }
            ? value
            : throw new ArgumentException($"The learning rate of {Described} must be a number. Received: {value}. Use Decay, or Descent.Optimizers.{GetType().Name} with a schedule.", nameof(value));
    }

    /// <summary>The state in the order and under the names of Keras' weights, then what Keras keeps elsewhere and loses on saving. The rate stands in the config.</summary>
    /// <remarks>Keras counts iterations in float32 (Keras 1) or int64 (Keras 2); here they are int32.</remarks>
    public override IReadOnlyList<Variable> Variables => ListsIterations ? [Iteration, .. State] : [.. State, Iteration];

    /// <summary>Whether the rate can decay.</summary>
    private protected virtual bool HasDecay => true;

    /// <summary>Whether the formula needs the number of the step.</summary>
    private protected virtual bool UsesStep => false;

    /// <summary>Whether Keras lists the iterations among the weights.</summary>
    private protected virtual bool ListsIterations => true;

    // Keras 1 counts the steps only where something depends on them.
    private protected sealed override bool CountsSteps => Version != KerasVersion.Keras1 || UsesStep || Decay > 0;

    private protected sealed override Clipping Clipping => new(Norm: null, GlobalNorm: ClipNorm, Value: ClipValue) { IsLegacy = true };

    internal sealed override double BaseRate => Lr;

    internal sealed override KerasVersion Version { get; }

    private string Described => $"{GetType().Name} of Keras {(int)Version}";

    private string RateKey => Version == KerasVersion.Keras1 ? "lr" : "learning_rate";

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        Validate();
        var config = new JsonObject();
        if (ClipNorm is { } norm) config["clipnorm"] = KerasJson.Float(norm);
        if (ClipValue is { } value) config["clipvalue"] = KerasJson.Float(value);
        config[RateKey] = KerasJson.Float32(Lr);
        if (HasDecay) config["decay"] = KerasJson.Float32(Decay);
        return config;
    }

    private protected sealed override void ValidateClipping()
    {
        // A norm and a limit for each element may come together.
    }

    internal sealed override void Begin(IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables)
    {
        // Keras 1 leaves such variables alone.
        for (var i = 0; Version == KerasVersion.Keras2 && i < gradients.Count; i++)
            if (gradients[i] is null)
                throw new ArgumentException($"{Described} needs a gradient for each variable. Received: null for '{variables[i].Path}'. Does the loss depend on it?", nameof(gradients));
        base.Begin(gradients, variables);
    }

    private protected sealed override double CurrentRate() => Decay > 0 ? (float)(Lr / (1 + (double)(float)Decay * Iterations)) : Lr;

    private protected sealed override string IterationPath => PathOf("iterations");

    // By itself it has Keras' paths, which know no optimizer; inside of another one it must be told from its neighbours.
    private protected sealed override string PathOf(string name) => Owner is null ? name : $"{Name}/{name}";

    private protected sealed override string SlotName(int index, string slot) => $"{slot}_{index}";

    private protected sealed override void RequireOption(string option)
    {
        if (option is nameof(ClipNorm) or nameof(ClipValue) || (option == nameof(Decay) && HasDecay)) return;
        throw new ArgumentException($"{Described} has no {option}. Received: a value for it. Leave it out, or use Descent.Optimizers.{GetType().Name}, which has the options of Keras 3.");
    }

    // In 2.3.1 both names are known, and the old one wins.
    private static double ReadLr(KerasVersion version, ConfigReader reader, double absent) =>
        reader.Double("lr", version == KerasVersion.Keras1 ? absent : reader.Double("learning_rate", absent));
}
