using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Descent.Optimizers.Schedules;

namespace Descent.Cli;

/// <summary>A learning rate schedule as <c>--schedule</c> takes it: measured in epochs, and fitted to a run once its length is known.</summary>
internal sealed class ScheduleSpec
{
    /// <summary>The forms of the option, as help prints them.</summary>
    public const string Forms = """
          constant                          as it is
          cosine[:END]                      along half a cosine to END of it, 0 by default
          linear[:END]                      along a line to END of it, 0 by default
          exponential:FACTOR                times FACTOR each epoch
          inverse-time:RATE                 divided by 1 + RATE * epoch
          restarts:EPOCHS[,LONGER[,LOWER]]  cosines, the first over EPOCHS, each LONGER (2) times as
                                            long and starting LOWER (1) times as high as the last
          steps:EPOCH=FACTOR,…              times FACTOR from EPOCH on
          {"class_name": …}                 a schedule in Keras' JSON, counted in steps
        """;

    private static readonly string[] Names = ["constant", "cosine", "linear", "exponential", "inverse-time", "restarts", "steps"];

    private readonly Func<double, int, int, LearningRateSchedule?> _create;

    private ScheduleSpec(Func<double, int, int, LearningRateSchedule?> create) => _create = create;

    /// <summary>Whether the schedule says what rate it starts from, as JSON does.</summary>
    public bool HasOwnRate { get; private init; }

    /// <summary>Makes the schedule of a run.</summary>
    /// <param name="rate">The learning rate it starts from; JSON brings its own.</param>
    /// <param name="stepsPerEpoch">The steps of an epoch.</param>
    /// <param name="epochs">The epochs of the run.</param>
    /// <returns>The schedule; null for a constant rate.</returns>
    public LearningRateSchedule? Create(double rate, int stepsPerEpoch, int epochs) => _create(rate, stepsPerEpoch, epochs);

    /// <summary>Reads the option.</summary>
    /// <exception cref="UsageException">It has none of the forms.</exception>
    public static ScheduleSpec Parse(string text)
    {
        if (text.StartsWith('{')) return FromJson(text);

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? text : text[..colon];
        var arguments = colon < 0 ? "" : text[(colon + 1)..];
        return name switch
        {
            "constant" => Checked(Numbers(0, 0, "constant"), _ => (_, _, _) => null),
            "cosine" => Checked(Numbers(0, 1, "cosine:END"), n => (rate, steps, epochs) => new CosineDecay(rate, (double)steps * epochs) { Alpha = n is [var end] ? end : 0 }),
            "linear" => Checked(Numbers(0, 1, "linear:END"), n => (rate, steps, epochs) => new PolynomialDecay(rate, (double)steps * epochs) { EndLearningRate = n is [var end] ? rate * end : 0 }),
            "exponential" => Checked(Numbers(1, 1, "exponential:FACTOR"), n => (rate, steps, _) => new ExponentialDecay(rate, steps, n[0])),
            "inverse-time" => Checked(Numbers(1, 1, "inverse-time:RATE"), n => (rate, steps, _) => new InverseTimeDecay(rate, steps, n[0])),
            "restarts" => Checked(Numbers(1, 3, "restarts:EPOCHS,LONGER,LOWER"), n => (rate, steps, _) => new CosineDecayRestarts(rate, n[0] * steps)
            {
                TMul = n is [_, var longer, ..] ? longer : 2,
                MMul = n is [_, _, var lower] ? lower : 1,
            }),
            "steps" => Steps(),
            _ => throw new UsageException($"--schedule must be one of {string.Join(", ", Names)}, or Keras' JSON. Received: '{text}'."),
        };

        double[] Numbers(int least, int most, string form)
        {
            string[] fields = arguments.Length == 0 ? [] : arguments.Split(',');
            return fields.Length >= least && fields.Length <= most ? [.. fields.Select(Number)] : throw Malformed(form);
        }

        double Number(string field) =>
            double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && number >= 0
                ? number
                : throw new UsageException($"The numbers of --schedule must be 0 or more. Received: '{field}' in '{text}'.");

        ScheduleSpec Steps()
        {
            string[][] pairs = [.. arguments.Split(',').Select(pair => pair.Split('='))];
            if (pairs.Any(pair => pair.Length != 2))
                throw Malformed("steps:EPOCH=FACTOR,EPOCH=FACTOR,…");
            double[] starts = [.. pairs.Select(pair => Number(pair[0]))];
            double[] factors = [1, .. pairs.Select(pair => Number(pair[1]))];
            // A boundary is the last step of its interval.
            return Checked(starts, _ => (rate, steps, _) => new PiecewiseConstantDecay(starts.Select(start => start * steps - 1), factors.Select(factor => rate * factor)));
        }

        UsageException Malformed(string form) => new($"--schedule {name} must have the form {form}. Received: '{text}'.");
    }

    private static ScheduleSpec FromJson(string text) => UsageException.Guard(() =>
    {
        try
        {
            var schedule = LearningRateSchedule.Deserialize(JsonNode.Parse(text) as JsonObject ?? []);
            return new ScheduleSpec((_, _, _) => schedule) { HasOwnRate = true };
        }
        catch (JsonException exception)
        {
            throw new UsageException($"--schedule must be valid JSON where it starts with a brace. {exception.Message}");
        }
    });

    /// <summary>Makes the schedule once at a glance, so that bad numbers are found before any data is read.</summary>
    private static ScheduleSpec Checked(double[] numbers, Func<double[], Func<double, int, int, LearningRateSchedule?>> form)
    {
        var spec = new ScheduleSpec(form(numbers));
        UsageException.Guard(() => spec.Create(1, 1, 1));
        return spec;
    }
}
