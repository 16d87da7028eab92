using System.Text.Json.Nodes;

namespace Descent.Optimizers.Schedules;

/// <summary>Joins schedules: at each boundary the next one begins.</summary>
/// <remarks>
/// <code>rate(step) = schedules[i](step − boundaries[i − 1]), i the number of boundaries at or below step; boundaries[−1] is 0</code>
/// A boundary is the first step of the schedule that begins there, whose own steps count from 0. Rates may jump where schedules meet.
/// <code>new SGD(learningRate: new SequentialSchedule([0.1, new CosineDecay(0.1, decaySteps: 9000), 0.001], boundaries: [1000, 10000]))</code>
/// It is PyTorch's <c>SequentialLR</c> and optax' <c>join_schedules</c>.
/// </remarks>
public sealed class SequentialSchedule : LearningRateSchedule
{
    private readonly LearningRateSchedule[] _schedules;
    private readonly long[] _boundaries;

    /// <summary>Creates the schedule.</summary>
    /// <param name="schedules">The schedules, or numbers, in their order; at least one.</param>
    /// <param name="boundaries">The first step of each schedule but the first, above 0 and ascending; one fewer than <paramref name="schedules"/>.</param>
    /// <exception cref="ArgumentException">
    /// The numbers of schedules and boundaries do not fit, the boundaries do not ascend from above 0, or a part is a function or sets <see cref="LearningRateSchedule.Counts"/>, which only the whole may.
    /// </exception>
    public SequentialSchedule(IEnumerable<LearningRate> schedules, IEnumerable<long> boundaries)
    {
        ArgumentNullException.ThrowIfNull(schedules);
        ArgumentNullException.ThrowIfNull(boundaries);
        _schedules = [.. schedules.Select(s => Part(s, nameof(schedules)))];
        _boundaries = [.. boundaries];
        if (_boundaries.Length != _schedules.Length - 1)
        {
            throw new ArgumentException(
                "The number of Boundaries must be 1 less than the number of Schedules. "
                + $"Received: {_boundaries.Length} boundaries and {_schedules.Length} schedules.", nameof(boundaries));
        }

        for (int i = 0; i < _boundaries.Length; i++)
        {
            if (_boundaries[i] <= (i == 0 ? 0 : _boundaries[i - 1]))
                throw new ArgumentException($"Boundaries must ascend and be above 0. Received: {WriteBoundaries().ToJsonString()}.", nameof(boundaries));
        }
    }

    private SequentialSchedule(ConfigReader reader)
        : this(reader.Array("schedules").Select(s => (LearningRate)ReadPart(s, "schedules")), reader.Longs("boundaries"))
        => Name = reader.NullableString("name") ?? Name;

    /// <summary>The schedules, in their order.</summary>
    public IReadOnlyList<LearningRateSchedule> Schedules => _schedules;

    /// <summary>The first step of each schedule but the first.</summary>
    public IReadOnlyList<long> Boundaries => _boundaries;

    /// <inheritdoc/>
    public override double At(long step)
    {
        int i = _schedules.Length - 1;
        while (i > 0 && step < _boundaries[i - 1])
            i--;
        return _schedules[i].At(i == 0 ? step : step - _boundaries[i - 1]);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig() => new()
    {
        ["schedules"] = new JsonArray([.. _schedules.Select(s => s.Serialize())]),
        ["boundaries"] = WriteBoundaries(),
        ["name"] = Name,
    };

    /// <summary>Makes the schedule from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments by name.</param>
    /// <returns>A new schedule.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static SequentialSchedule FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new SequentialSchedule(reader));

    private JsonArray WriteBoundaries() => new([.. _boundaries.Select(b => (JsonNode)b)]);
}
