using System.Text.Json.Nodes;

namespace Descent.Optimizers.Schedules;

/// <summary>Lets the learning rate rise to a maximum that is too high to stay at, and fall far below where it began, in one run of known length.</summary>
/// <remarks>
/// <code>
/// first = maxLearningRate / DivFactor, last = first / FinalDivFactor, peak = PctStart · totalSteps − 1
/// step ≤ peak: from first to maxLearningRate, step / peak of the way
/// then:        from maxLearningRate to last, (min(step, totalSteps − 1) − peak) / (totalSteps − 1 − peak) of the way
/// </code>
/// The way is <see cref="Annealing"/>. The numbers are those of PyTorch's <c>OneCycleLR</c> with its two phases; where that throws, after the end, the rate stays at the last.
/// <code>new SGD(learningRate: new OneCycle(maxLearningRate: 0.1, totalSteps: 50 * stepsPerEpoch)) { Momentum = 0.9 }</code>
/// </remarks>
/// <seealso href="https://arxiv.org/abs/1708.07120">Smith and Topin, Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates</seealso>
public sealed class OneCycle : LearningRateSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="maxLearningRate">The highest rate; a range test helps to find it.</param>
    /// <param name="totalSteps">The steps of the cycle, 1 or more: epochs times batches.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not finite, or there is no step.</exception>
    public OneCycle(double maxLearningRate, long totalSteps)
    {
        MaxLearningRate = Check.Finite(maxLearningRate, nameof(MaxLearningRate));
        TotalSteps = Check.AtLeast(1, totalSteps, nameof(TotalSteps));
    }

    private OneCycle(ConfigReader reader)
        : this(reader.Double("max_learning_rate"), reader.Long("total_steps"))
    {
        PctStart = reader.Double("pct_start", PctStart);
        DivFactor = reader.Double("div_factor", DivFactor);
        FinalDivFactor = reader.Double("final_div_factor", FinalDivFactor);
        Annealing = reader.Choice("annealing", Annealing);
        Name = reader.NullableString("name") ?? Name;
    }

    /// <summary>The highest rate.</summary>
    public double MaxLearningRate { get; }

    /// <summary>The steps of the cycle, 1 or more.</summary>
    public long TotalSteps { get; }

    /// <summary>The part of the cycle in which the rate rises, in [0, 1]; default 0.3.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1].</exception>
    public double PctStart { get; init => field = Check.UnitInterval(value, nameof(PctStart)); } = 0.3;

    /// <summary>How many times lower than the highest rate the first one is, above 0; default 25.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not above 0, or not finite.</exception>
    public double DivFactor { get; init => field = Check.Positive(value, nameof(DivFactor)); } = 25;

    /// <summary>How many times lower than the first rate the last one is, above 0; default 10000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not above 0, or not finite.</exception>
    public double FinalDivFactor { get; init => field = Check.Positive(value, nameof(FinalDivFactor)); } = 1e4;

    /// <summary>The way up and the way down; default <see cref="Annealing.Cosine"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such way.</exception>
    public Annealing Annealing { get; init => field = Check.Defined(value, nameof(Annealing)); } = Annealing.Cosine;

    /// <inheritdoc/>
    public override double At(long step)
    {
        double first = MaxLearningRate / DivFactor;
        double peak = PctStart * TotalSteps - 1;
        long last = TotalSteps - 1;
        step = Math.Min(step, last);

        // A rise of one step is over at once: at 0 / 0 of the way.
        return step <= peak
            ? Annealing.Between(first, MaxLearningRate, peak == 0 ? 1 : step / peak)
            : Annealing.Between(MaxLearningRate, first / FinalDivFactor, (step - peak) / (last - peak));
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig() => new()
    {
        ["max_learning_rate"] = KerasJson.Float(MaxLearningRate),
        ["total_steps"] = TotalSteps,
        ["pct_start"] = KerasJson.Float(PctStart),
        ["div_factor"] = KerasJson.Float(DivFactor),
        ["final_div_factor"] = KerasJson.Float(FinalDivFactor),
        ["annealing"] = KerasNames.ToSnakeCase(Annealing.ToString()),
        ["name"] = Name,
    };

    /// <summary>Makes the schedule from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments by name.</param>
    /// <returns>A new schedule.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static OneCycle FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new OneCycle(reader));
}
