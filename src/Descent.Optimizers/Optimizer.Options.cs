using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Descent.Optimizers;

public abstract partial class Optimizer
{
    private readonly HashSet<Variable> _undecayed = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _undecayedPaths = [];
    private ParameterGroup[] _groups = [];
    private Regex[] _undecayedNames = [];
    private double? _lossScaleFactor;
    private bool _lazyUpdates;

    /// <summary>
    /// Decoupled weight decay: before each update <c>w -= w · WeightDecay · learning rate</c>. None when <see langword="null"/>, the default except for AdamW.
    /// </summary>
    /// <seealso href="https://arxiv.org/abs/1711.05101">Decoupled Weight Decay Regularization</seealso>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double? WeightDecay
    {
        get;
        init => field = Option(Check.Finite(value, nameof(WeightDecay)));
    }

    /// <summary>Scales the gradient of each variable down to this norm if it is longer. None when <see langword="null"/> (the default), 0 or negative.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double? ClipNorm
    {
        get;
        init => field = Option(Check.Finite(value, nameof(ClipNorm)));
    }

    /// <summary>Scales all gradients down together to this norm if they are longer. None when <see langword="null"/> (the default), 0 or negative.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double? GlobalClipNorm
    {
        get;
        init => field = Option(Check.Finite(value, nameof(GlobalClipNorm)));
    }

    /// <summary>Limits each element of a gradient to this magnitude. None when <see langword="null"/> (the default), 0 or negative.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public double? ClipValue
    {
        get;
        init => field = Option(Check.Finite(value, nameof(ClipValue)));
    }

    /// <summary>Whether a moving average of each variable is kept. Default: no.</summary>
    public bool UseEma
    {
        get;
        init => field = Option(value);
    }

    /// <summary>The momentum of the moving average, in [0, 1]: <c>average = momentum · average + (1 - momentum) · w</c>. Default 0.99.</summary>
    public double EmaMomentum
    {
        get;
        init => field = Option(value);
    } = 0.99;

    /// <summary>After how many steps the variables take their moving averages, each time. Only at the end of training when <see langword="null"/> (the default) or 0.</summary>
    public int? EmaOverwriteFrequency
    {
        get;
        init => field = Option(value);
    }

    /// <summary>What losses are multiplied with, and gradients divided by. None when <see langword="null"/>, the default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a positive number.</exception>
    public double? LossScaleFactor
    {
        get => _lossScaleFactor;
        init
        {
            _lossScaleFactor = Option(Check.Positive(value, nameof(LossScaleFactor)));
            PassOnLossScale();
        }
    }

    /// <summary>Over how many calls gradients are averaged before the variables are updated; 2 or more. None when <see langword="null"/> (the default) or 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is 1 or negative.</exception>
    public int? GradientAccumulationSteps
    {
        get;
        init => field = value is null or 0 or >= 2 ? Option(value) : throw new ArgumentOutOfRangeException(
            nameof(GradientAccumulationSteps), $"GradientAccumulationSteps must be an integer >= 2. Received: {value}.");
    }

    /// <summary>
    /// Whether a step leaves those rows of an embedding alone that its batch did not use: neither the formula nor weight decay is applied to them, and their
    /// state stays. A step then costs what the batch touches. Default: no, every row is updated as Keras does; with momentum, rows move on without a gradient.
    /// </summary>
    /// <remarks>
    /// It holds for variables whose gradient comes from <see cref="Ops.Take"/> along the first axis alone; one that has another gradient too, from a regularizer for instance,
    /// is updated as a whole, and so is all with <see cref="GradientAccumulationSteps"/>. Moving averages and constraints take in every row. Optimizers that need whole tensors
    /// (Adafactor, Lamb, Muon, and wrappers, whose inner optimizer has the option) refuse it when they are built.
    /// </remarks>
    public bool LazyUpdates
    {
        get => _lazyUpdates;
        init => _lazyUpdates = value;
    }

    /// <summary>
    /// Options for some of the variables, chosen by their paths: another learning rate, weight decay or clipping, or none of it. Of several groups that match
    /// a variable, the first counts; what <see cref="ExcludeFromWeightDecay"/> names never decays. Default: none.
    /// </summary>
    /// <remarks>A pattern that matches nothing is an error when the optimizer is built.</remarks>
    /// <exception cref="ArgumentNullException">The list, or a group in it, is null.</exception>
    public IReadOnlyList<ParameterGroup> ParameterGroups
    {
        get => _groups;
        init => _groups = Check.NoNulls(value, nameof(ParameterGroups));
    }

    /// <summary>Excludes variables from weight decay.</summary>
    /// <param name="variables">Variables to exclude.</param>
    /// <param name="names">Regular expressions, searched in the last part of a variable's path: <c>["bias"]</c> excludes every bias.</param>
    /// <exception cref="InvalidOperationException">The optimizer is built already.</exception>
    /// <exception cref="ArgumentException">A name is not a valid regular expression, or a variable or name is null; then nothing is changed.</exception>
    public void ExcludeFromWeightDecay(IEnumerable<Variable>? variables = null, IEnumerable<string>? names = null)
    {
        RequireOption(nameof(WeightDecay));
        if (IsBuilt)
            throw new InvalidOperationException($"ExcludeFromWeightDecay must be called before optimizer '{Name}' is built.");
        var excluded = Check.NoNulls(variables ?? [], nameof(variables));
        // One expression each: joined, an option such as (?i) in one would reach into the next.
        _undecayedNames = [.. Check.NoNulls(names ?? [], nameof(names)).Select(n => Check.Pattern(n, "A name that is excluded from weight decay"))];
        _undecayed.Clear();
        _undecayed.UnionWith(excluded);
        _undecayedPaths.Clear();
    }

    // Keras forgets exclusions when it saves. Here they stand beside its keys, variables by their paths.
    private JsonObject? WriteExclusions()
    {
        string[] paths = [.. _undecayedPaths.Concat(_undecayed.Select(v => v.Path)).Order(StringComparer.Ordinal)];
        return paths.Length + _undecayedNames.Length == 0 ? null : new JsonObject
        {
            ["variables"] = new JsonArray([.. paths.Select(path => (JsonNode)path)]),
            ["names"] = new JsonArray([.. _undecayedNames.Select(name => (JsonNode)name.ToString())]),
        };
    }

    private void ReadExclusions(JsonObject exclusions)
    {
        var reader = ConfigReader.Lenient(exclusions, "exclude_from_weight_decay");
        ExcludeFromWeightDecay(names: reader.Strings("names"));
        _undecayedPaths.UnionWith(reader.Strings("variables"));
    }

    /// <summary>Throws if this optimizer has no option of a name: those of Keras 1 and 2 lack most of this page.</summary>
    private protected virtual void RequireOption(string option)
    {
    }

    private T Option<T>(T value, [CallerMemberName] string option = "")
    {
        RequireOption(option);
        return value;
    }

    /// <summary>The weight decay of one variable, unless it is excluded.</summary>
    private protected virtual double? WeightDecayOf(Variable variable) => WeightDecay;

    /// <summary>How gradients are clipped.</summary>
    private protected virtual Clipping Clipping => new(ClipNorm, GlobalClipNorm, ClipValue);

    private bool IsExcluded(Variable variable) =>
        _undecayed.Contains(variable.Whole ?? variable) || _undecayedPaths.Contains(variable.Path) || Array.Exists(_undecayedNames, n => n.IsMatch(variable.Name));

    /// <summary>Checks options that only make sense together; runs at <see cref="Build"/>, <see cref="GetConfig"/> and <see cref="Serialize"/>.</summary>
    /// <exception cref="ArgumentException">Options contradict each other.</exception>
    protected virtual void Validate()
    {
        ValidateClipping();
        foreach (var group in _groups) group.Validate();
        if (LazyUpdates && !IsOnePass)
            throw new ArgumentException($"LazyUpdates needs an optimizer that works element by element. Received: {GetType().Name}, which needs whole tensors.");
        if (UseEma && !(EmaMomentum is >= 0 and <= 1))
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"EmaMomentum must be in [0, 1]. Received: {EmaMomentum}."));
        if (UseEma && EmaOverwriteFrequency < 0)
            throw new ArgumentException($"EmaOverwriteFrequency must be an integer >= 1, or null for never. Received: {EmaOverwriteFrequency}.");
    }

    /// <summary>Keras 3 takes one kind of clipping at a time.</summary>
    private protected virtual void ValidateClipping() => Clipping.Validate();
}
