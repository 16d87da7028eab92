using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Descent.Optimizers;

/// <summary>Options for the variables whose path matches a pattern: another learning rate, weight decay or clipping, or no training at all.</summary>
/// <remarks>
/// What is not set here is as the optimizer has it. Of several groups that match a variable, the first counts.
/// In a Sequential model a path begins with the model's name, <c>sequential/encoder/kernel</c>, in a functional one with the layer's. <c>foreach (var v in model.Weights) Console.WriteLine(v.Path);</c> shows all.
/// </remarks>
/// <example><code>
/// var adam = new AdamW(learningRate: 1e-3)
/// {
///     ParameterGroups =
///     [
///         new("(^|/)encoder/") { LearningRateMultiplier = 0.1, GlobalClipNorm = 1.0 },
///         new("/bias$") { WeightDecay = 0 },
///         new("(^|/)embedding/") { Frozen = true },
///     ],
/// };
/// </code></example>
public sealed class ParameterGroup
{
    private readonly Regex _pattern;

    /// <summary>Creates a group.</summary>
    /// <param name="pattern">A regular expression, searched in a variable's path such as <c>sequential/dense/kernel</c>; <c>^</c> and <c>$</c> tie it to the ends.</param>
    /// <exception cref="ArgumentException">The pattern is empty or no valid regular expression.</exception>
    public ParameterGroup(string pattern)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        _pattern = Check.Pattern(pattern, "The pattern of a ParameterGroup");
    }

    private ParameterGroup(ConfigReader reader)
        : this(reader.String("pattern"))
    {
        LearningRateMultiplier = reader.Double("learning_rate_multiplier", LearningRateMultiplier);
        WeightDecay = reader.NullableDouble("weight_decay");
        ClipNorm = reader.NullableDouble("clipnorm");
        GlobalClipNorm = reader.NullableDouble("global_clipnorm");
        ClipValue = reader.NullableDouble("clipvalue");
        Frozen = reader.Bool("frozen", Frozen);
    }

    /// <summary>The regular expression.</summary>
    public string Pattern => _pattern.ToString();

    /// <summary>What the learning rate is multiplied with, above zero; weight decay follows it. Default 1. For none use <see cref="Frozen"/>, which leaves their state alone, too.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is zero, negative or not finite.</exception>
    public double LearningRateMultiplier
    {
        get;
        init => field = value != 0 ? Check.Positive(value, nameof(LearningRateMultiplier)) : throw Check.OutOfRange(nameof(LearningRateMultiplier), "positive and finite", value, "Use Frozen instead.");
    } = 1;

    /// <summary>Decoupled weight decay; 0 is none. As the optimizer has it when <see langword="null"/>, the default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double? WeightDecay
    {
        get;
        init => field = Check.Finite(value, nameof(WeightDecay));
    }

    /// <summary>As <see cref="Optimizer.ClipNorm"/>. A group that sets one kind of clipping, if only to 0 for none, has no other.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double? ClipNorm
    {
        get;
        init => field = Check.Finite(value, nameof(ClipNorm));
    }

    /// <summary>As <see cref="Optimizer.GlobalClipNorm"/>, over the variables of this group. The optimizer's own is then over the variables that are left.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double? GlobalClipNorm
    {
        get;
        init => field = Check.Finite(value, nameof(GlobalClipNorm));
    }

    /// <summary>As <see cref="Optimizer.ClipValue"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double? ClipValue
    {
        get;
        init => field = Check.Finite(value, nameof(ClipValue));
    }

    /// <summary>Whether the variables stay as they are: no update, no decay, no average. Default: no.</summary>
    public bool Frozen { get; init; }

    internal Clipping? Clipping => (ClipNorm ?? GlobalClipNorm ?? ClipValue) is null ? null : new Clipping(ClipNorm, GlobalClipNorm, ClipValue);

    internal bool Matches(Variable variable) => _pattern.IsMatch(variable.Path);

    internal void Validate() => Clipping?.Validate($" on ParameterGroup '{Pattern}'");

    internal JsonObject GetConfig() => new()
    {
        ["pattern"] = Pattern,
        ["learning_rate_multiplier"] = KerasJson.Float(LearningRateMultiplier),
        ["weight_decay"] = KerasJson.Float(WeightDecay),
        ["clipnorm"] = KerasJson.Float(ClipNorm),
        ["global_clipnorm"] = KerasJson.Float(GlobalClipNorm),
        ["clipvalue"] = KerasJson.Float(ClipValue),
        ["frozen"] = Frozen,
    };

    internal static ParameterGroup FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new ParameterGroup(reader));
}
