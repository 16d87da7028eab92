using System.Globalization;
using Descent.Optimizers.Schedules;

namespace Descent.Optimizers;

/// <summary>A learning rate: a number, a schedule over steps, or a function. It converts from each of the first two.</summary>
/// <example><code>
/// var sgd = new SGD(learningRate: 0.01);
/// sgd.LearningRate = 0.001;
/// Console.WriteLine(sgd.LearningRate.Value);
/// var scheduled = new SGD(learningRate: new ExponentialDecay(initialLearningRate: 1e-2, decaySteps: 10000, decayRate: 0.9));
/// </code></example>
public readonly struct LearningRate : IEquatable<LearningRate>
{
    private LearningRate(double value, LearningRateSchedule? schedule, Func<double>? function)
    {
        Value = value;
        Schedule = schedule;
        Function = function;
    }

    /// <summary>The current rate: that of the next step when read from an optimizer.</summary>
    public double Value { get; }

    /// <summary>The schedule that the rate comes from, if any.</summary>
    public LearningRateSchedule? Schedule { get; }

    /// <summary>The function that the rate comes from, if any.</summary>
    public Func<double>? Function { get; }

    /// <summary>A rate that a function gives anew at each step.</summary>
    /// <param name="function">Called once a step.</param>
    public static LearningRate From(Func<double> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return new LearningRate(function(), null, function);
    }

    /// <summary>Converts a number.</summary>
    /// <param name="value">A number that is finite in float32; as in Keras it may be negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is NaN, infinite, or beyond float32.</exception>
    public static implicit operator LearningRate(double value) => new(Finite(value), null, null);

    /// <summary>Converts a schedule.</summary>
    /// <param name="schedule">Asked with the number of steps taken.</param>
    public static implicit operator LearningRate(LearningRateSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return new LearningRate(schedule.At(0), schedule, null);
    }

    /// <summary>Reads the current rate.</summary>
    /// <param name="rate">A rate.</param>
    public static implicit operator double(LearningRate rate) => rate.Value;

    /// <inheritdoc/>
    public bool Equals(LearningRate other) => Value.Equals(other.Value) && Schedule == other.Schedule && Function == other.Function;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is LearningRate other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Value, Schedule, Function);

    /// <summary>Whether two rates are the same.</summary>
    /// <param name="left">A rate.</param>
    /// <param name="right">Another rate.</param>
    public static bool operator ==(LearningRate left, LearningRate right) => left.Equals(right);

    /// <summary>Whether two rates differ.</summary>
    /// <param name="left">A rate.</param>
    /// <param name="right">Another rate.</param>
    public static bool operator !=(LearningRate left, LearningRate right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => Schedule is null ? Value.ToString(CultureInfo.InvariantCulture) : Schedule.ToString()!;

    /// <summary>The same rate with another current value.</summary>
    internal LearningRate At(double value) => new(value, Schedule, Function);

    internal static double Finite(double value) => float.IsFinite((float)value)
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), $"A learning rate must be a finite float32 number. Received: {value.ToString(CultureInfo.InvariantCulture)}.");
}
