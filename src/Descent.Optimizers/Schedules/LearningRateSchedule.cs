using System.Text.Json.Nodes;

namespace Descent.Optimizers.Schedules;

/// <summary>Computes a learning rate from the number of steps that an optimizer has taken.</summary>
/// <remarks>
/// <para>
/// The built-in schedules calculate in float32, operation by operation as Keras does, and return that number widened:
/// the rates, and the steps at which a staircase or a restart falls due, are Keras' own.
/// </para>
/// <para>
/// To write one: derive, override <see cref="At"/> and <see cref="GetConfig"/>, add <c>public static FromConfig(JsonObject)</c>
/// and call <see cref="KerasRegistry.Register{T}(string, string?)"/> before it is read from JSON.
/// </para>
/// </remarks>
public abstract class LearningRateSchedule : IKerasSerializable
{
    private static readonly KerasTable<LearningRateSchedule> Table =
        new KerasTable<LearningRateSchedule>("learning rate schedule", "keras.optimizers.schedules")
            .Add(ExponentialDecay.FromConfig)
            .Add(PiecewiseConstantDecay.FromConfig)
            .Add(PolynomialDecay.FromConfig)
            .Add(InverseTimeDecay.FromConfig)
            .Add(CosineDecay.FromConfig)
            .Add(CosineDecayRestarts.FromConfig);

    /// <summary>Creates a schedule.</summary>
    /// <param name="name">Its name; default the name of its class.</param>
    protected LearningRateSchedule(string? name = null) => Name = name ?? GetType().Name;

    /// <summary>The name, which Keras keeps in the config; default that of the class.</summary>
    public string Name { get; init; }

    /// <inheritdoc/>
    IKerasTable? IKerasSerializable.BuiltIns => Table;

    /// <summary>Computes the learning rate of a step.</summary>
    /// <param name="step">The number of steps taken before it: 0 at the first.</param>
    /// <returns>The learning rate.</returns>
    public abstract double At(long step);

    /// <inheritdoc/>
    public abstract JsonObject GetConfig();

    /// <summary>Writes this schedule in Keras' form: <c>{"module", "class_name", "config", "registered_name"}</c>.</summary>
    /// <returns>A new JSON object that <see cref="Deserialize"/> and Keras read.</returns>
    public JsonObject Serialize() => KerasRegistry.Serialize(this);

    /// <summary>Makes the schedule that JSON describes.</summary>
    /// <param name="json">What <see cref="Serialize"/> or Keras wrote.</param>
    /// <returns>A new schedule.</returns>
    /// <exception cref="ArgumentException">The JSON has another form, the class is unknown, or an argument is missing, bad or not known.</exception>
    public static LearningRateSchedule Deserialize(JsonObject json) => Table.Deserialize(json);

    /// <summary>Takes the power in double and rounds once, which no platform's <c>powf</c> surpasses.</summary>
    private protected static float Pow(float x, float y) => (float)Math.Pow(x, y);

    /// <summary>Falls from 1 to 0 along half a wave: <c>(1 + cos(π · fraction)) / 2</c>.</summary>
    private protected static float HalfCosine(float fraction) => 0.5f * (1 + (float)Math.Cos(MathF.PI * fraction));
}
