using System.Text.Json.Nodes;

namespace Descent.Optimizers.Schedules;

/// <summary>Keeps the learning rate constant between given steps.</summary>
/// <remarks>
/// <code>rate(step) = values[i], i the number of boundaries below step</code>
/// A boundary is the last step of its interval. Rate 1 for steps 0 to 100000, 0.5 for the next 10000, then 0.1:
/// <code>new SGD(learningRate: new PiecewiseConstantDecay(boundaries: [100000, 110000], values: [1.0, 0.5, 0.1]))</code>
/// </remarks>
public sealed class PiecewiseConstantDecay : LearningRateSchedule
{
    private readonly double[] _boundaries;
    private readonly double[] _values;

    /// <summary>Creates the schedule.</summary>
    /// <param name="boundaries">The last step of each interval but the last, in increasing order.</param>
    /// <param name="values">The rate of each interval, one more than <paramref name="boundaries"/>.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, the boundaries decrease, or a number is not finite.</exception>
    public PiecewiseConstantDecay(IEnumerable<double> boundaries, IEnumerable<double> values)
        : base("PiecewiseConstant")
    {
        ArgumentNullException.ThrowIfNull(boundaries);
        ArgumentNullException.ThrowIfNull(values);
        _boundaries = [.. boundaries.Select(b => Check.Finite(b, nameof(Boundaries)))];
        _values = [.. values.Select(v => Check.Finite(v, nameof(Values)))];
        if (_boundaries.Length != _values.Length - 1)
        {
            throw new ArgumentException(
                "The length of Boundaries must be 1 less than the length of Values. "
                + $"Received: {_boundaries.Length} boundaries and {_values.Length} values.", nameof(boundaries));
        }

        if (!_boundaries.Order().SequenceEqual(_boundaries))
        {
            throw new ArgumentException(
                $"Boundaries must be in increasing order. Received: {KerasJson.Numbers(_boundaries).ToJsonString()}.", nameof(boundaries));
        }
    }

    private PiecewiseConstantDecay(ConfigReader reader)
        : this(reader.Doubles("boundaries"), reader.Doubles("values"))
        => Name = reader.NullableString("name") ?? Name;

    /// <summary>The last step of each interval but the last.</summary>
    public IReadOnlyList<double> Boundaries => _boundaries;

    /// <summary>The rate of each interval.</summary>
    public IReadOnlyList<double> Values => _values;

    /// <inheritdoc/>
    public override double At(long step)
    {
        int interval = 0;
        while (interval < _boundaries.Length && step > _boundaries[interval])
            interval++;
        return (float)_values[interval];
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig() => new()
    {
        ["boundaries"] = KerasJson.Numbers(_boundaries),
        ["values"] = KerasJson.Floats(_values),
        ["name"] = Name,
    };

    /// <summary>Makes the schedule from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new schedule.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static PiecewiseConstantDecay FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new PiecewiseConstantDecay(reader));
}
