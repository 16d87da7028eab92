using System.Text.Json.Nodes;

namespace Descent.Optimizers.Schedules;

/// <summary>Computes a learning rate from the number of steps that an optimizer has taken.</summary>
/// <remarks>
/// <para>
/// The schedules that Keras has calculate in float32, operation by operation as Keras does, and return that number widened:
/// the rates, and the steps at which a staircase or a restart falls due, are Keras' own. The others calculate in double and round once.
/// </para>
/// <para>
/// Schedules compose: <see cref="Warmup"/> and <see cref="SequentialSchedule"/> are made of others, and a number stands for
/// <see cref="Constant"/> there: <c>new Warmup(0.1, steps: 1000)</c>.
/// </para>
/// <para>
/// To write one: derive, override <see cref="At"/> and <see cref="GetConfig"/>, add <c>public static FromConfig(JsonObject)</c>
/// and call <see cref="KerasRegistry.Register{T}(string, string?)"/> before it is read from JSON.
/// </para>
/// </remarks>
public abstract class LearningRateSchedule : IKerasSerializable
{
    private const string CountsKey = "counts";

    private static readonly KerasTable<LearningRateSchedule> Table =
        new KerasTable<LearningRateSchedule>("learning rate schedule", "keras.optimizers.schedules")
            .Add(ExponentialDecay.FromConfig)
            .Add(PiecewiseConstantDecay.FromConfig)
            .Add(PolynomialDecay.FromConfig)
            .Add(InverseTimeDecay.FromConfig)
            .Add(CosineDecay.FromConfig)
            .Add(CosineDecayRestarts.FromConfig)
            .AddOwn(Constant.FromConfig)
            .AddOwn(Warmup.FromConfig)
            .AddOwn(SequentialSchedule.FromConfig)
            .AddOwn(OneCycle.FromConfig)
            .AddOwn(WarmupStableDecay.FromConfig);

    private StepCount _counts;

    /// <summary>Creates a schedule.</summary>
    /// <param name="name">Its name; default the name of its class.</param>
    protected LearningRateSchedule(string? name = null) => Name = name ?? GetType().Name;

    /// <summary>The name, which Keras keeps in the config; default that of the class.</summary>
    public string Name { get; init; }

    /// <summary>
    /// What an optimizer that accumulates gradients counts as a step: each call, as Keras does (the default), or each update of the variables.
    /// Without accumulation both are the same. A schedule that is part of another is asked with the steps of the whole, which alone may set this.
    /// </summary>
    /// <remarks>JSON has it beside Keras' keys, in <c>"descent": {"counts": "updates"}</c>, which Keras ignores.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">There is no such count.</exception>
    public StepCount Counts { get => _counts; init => _counts = Check.Defined(value, nameof(Counts)); }

    /// <inheritdoc/>
    IKerasTable? IKerasSerializable.BuiltIns => Table;

    /// <summary>Computes the learning rate of a step.</summary>
    /// <param name="step">The number of steps taken before it, as <see cref="Counts"/> counts them: 0 at the first.</param>
    /// <returns>The learning rate.</returns>
    public abstract double At(long step);

    /// <inheritdoc/>
    public abstract JsonObject GetConfig();

    /// <summary>Writes this schedule in Keras' form: <c>{"module", "class_name", "config", "registered_name"}</c>.</summary>
    /// <returns>A new JSON object that <see cref="Deserialize"/> and Keras read.</returns>
    public JsonObject Serialize()
    {
        JsonObject json = KerasRegistry.Serialize(this);
        if (Counts != StepCount.Calls)
            json[ConfigReader.OwnKey] = new JsonObject { [CountsKey] = KerasNames.ToSnakeCase(Counts.ToString()) };
        return json;
    }

    /// <summary>Makes the schedule that JSON describes.</summary>
    /// <param name="json">What <see cref="Serialize"/> or Keras wrote.</param>
    /// <returns>A new schedule.</returns>
    /// <exception cref="ArgumentException">The JSON has another form, the class is unknown, or an argument is missing, bad or not known.</exception>
    public static LearningRateSchedule Deserialize(JsonObject json)
    {
        LearningRateSchedule schedule = Table.Deserialize(json);
        ConfigReader.ReadOwn(json, $"schedule '{schedule.Name}'", reader => schedule._counts = reader.Choice(CountsKey, StepCount.Calls));
        return schedule;
    }

    /// <summary>What becomes part of this schedule: a schedule, or a number.</summary>
    /// <exception cref="ArgumentException">It is a function, or a schedule that states what it counts, which the whole decides.</exception>
    private protected LearningRateSchedule Part(LearningRate part, string argument)
    {
        if (part.Function is not null)
            throw new ArgumentException($"A part of {GetType().Name} must be a schedule or a number. Received: a function. Derive a class from LearningRateSchedule instead.", argument);
        LearningRateSchedule schedule = part.Schedule ?? new Constant(part.Value);
        return schedule.Counts == StepCount.Calls ? schedule : throw new ArgumentException(
            $"A part of {GetType().Name} is asked with the steps of the whole and must not set Counts. Received: Counts={schedule.Counts} on '{schedule.Name}'. Set it on the {GetType().Name}.", argument);
    }

    /// <summary>Reads schedules that are parts of another.</summary>
    private protected static LearningRateSchedule ReadPart(JsonNode? json, string key) => Deserialize(json as JsonObject ?? throw new ArgumentException(
        $"Each of the '{key}' must be a serialized schedule. Received: {KerasNames.Shorten(json)}."));

    /// <summary>Takes the power in double and rounds once, which no platform's <c>powf</c> surpasses.</summary>
    private protected static float Pow(float x, float y) => (float)Math.Pow(x, y);

    /// <summary>Falls from 1 to 0 along half a wave: <c>(1 + cos(π · fraction)) / 2</c>.</summary>
    private protected static float HalfCosine(float fraction) => 0.5f * (1 + (float)Math.Cos(MathF.PI * fraction));
}
