using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Descent.Optimizers;

/// <summary>Options for the variables whose path matches a pattern: another learning rate, weight decay or clipping, or no training at all.</summary>
/// <remarks>What is not set here is as the optimizer has it. Of several groups that match a variable, the first counts.</remarks>
/// <example><code>
/// var adam = new AdamW(learningRate: 1e-3)
/// {
///     ParameterGroups =
///     [
///         new("^encoder/") { LearningRateMultiplier = 0.1, GlobalClipNorm = 1.0 },
///         new("bias$") { WeightDecay = 0 },
///         new("^embedding/") { Frozen = true },
///     ],
/// };
/// </code></example>
public sealed class ParameterGroup
{
    private readonly Regex _pattern;

    /// <summary>Creates a group.</summary>
    /// <param name="pattern">A regular expression, searched in a variable's path such as <c>dense/kernel</c>; <c>^</c> and <c>$</c> tie it to the ends.</param>
    /// <exception cref="ArgumentException">The pattern is empty or no valid regular expression.</exception>
    public ParameterGroup(string pattern)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        try
        {
            _pattern = new Regex(pattern, RegexOptions.CultureInvariant);
        }
        catch (RegexParseException e)
        {
            throw new ArgumentException($"The pattern of a ParameterGroup must be a regular expression. Received: '{pattern}': {e.Message}", nameof(pattern), e);
        }
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

    /// <summary>What the learning rate is multiplied with, zero or more; weight decay follows it. Default 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double LearningRateMultiplier
    {
        get;
        init => field = Check.NotNegative(value, nameof(LearningRateMultiplier));
    } = 1;

    /// <summary>Decoupled weight decay; 0 is none. As the optimizer has it when <see langword="null"/>, the default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double? WeightDecay
    {
        get;
        init => field = Optimizer.Finite(value, nameof(WeightDecay));
    }

    /// <summary>As <see cref="Optimizer.ClipNorm"/>. A group that sets one kind of clipping, if only to 0 for none, has no other.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double? ClipNorm
    {
        get;
        init => field = Optimizer.Finite(value, nameof(ClipNorm));
    }

    /// <summary>As <see cref="Optimizer.GlobalClipNorm"/>, over the variables of this group. The optimizer's own is then over the variables that are left.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double? GlobalClipNorm
    {
        get;
        init => field = Optimizer.Finite(value, nameof(GlobalClipNorm));
    }

    /// <summary>As <see cref="Optimizer.ClipValue"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double? ClipValue
    {
        get;
        init => field = Optimizer.Finite(value, nameof(ClipValue));
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
