using System.Text.Json.Nodes;

namespace Descent.Optimizers.Schedules;

/// <summary>Stays at one learning rate; a part of schedules that change, where a number stands for it.</summary>
/// <remarks>
/// <code>rate(step) = learningRate</code>
/// <code>new SequentialSchedule([new Constant(0.1), 0.01], boundaries: [1000])</code>
/// </remarks>
public sealed class Constant : LearningRateSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="learningRate">The rate of every step.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not finite.</exception>
    public Constant(double learningRate) => LearningRate = Check.Finite(learningRate, nameof(LearningRate));

    private Constant(ConfigReader reader)
        : this(reader.Double("learning_rate"))
        => Name = reader.NullableString("name") ?? Name;

    /// <summary>The rate of every step.</summary>
    public double LearningRate { get; }

    /// <inheritdoc/>
    public override double At(long step) => (float)LearningRate;

    /// <inheritdoc/>
    public override JsonObject GetConfig() => new() { ["learning_rate"] = KerasJson.Float(LearningRate), ["name"] = Name };

    /// <summary>Makes the schedule from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments by name.</param>
    /// <returns>A new schedule.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static Constant FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Constant(reader));
}
