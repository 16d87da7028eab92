using System.Diagnostics.Metrics;

namespace Descent.Monitoring;

/// <summary>What the meter "Descent" measures, under names and units after OpenTelemetry's conventions. docs/monitoring.md lists them.</summary>
internal static class Instruments
{
    /// <summary>The name of the meter and of the source of activities.</summary>
    public const string Name = "Descent";

    private static readonly Meter Meter = new(Name, Version);

    public static readonly Counter<long> Steps =
        Meter.CreateCounter<long>("descent.training.steps", "{step}", "Steps of training that were taken.");

    public static readonly Counter<long> Examples =
        Meter.CreateCounter<long>("descent.training.examples", "{example}", "Examples that were trained on.");

    public static readonly Gauge<double> Loss =
        Meter.CreateGauge<double>("descent.training.loss", "1", "The loss of the last step.");

    public static readonly Gauge<double> LearningRate =
        Meter.CreateGauge<double>("descent.training.learning_rate", "1", "The learning rate of the last step.");

    public static readonly Gauge<double> GradientNorm =
        Meter.CreateGauge<double>("descent.training.gradient_norm", "1", "The Euclidean norm of all gradients, before clipping, of some steps.");

    public static readonly Histogram<double> StepDuration = Meter.CreateHistogram(
        "descent.training.step.duration",
        "s",
        "The duration of a step of training, without the preparation of its batch.",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10] });

    public static readonly Counter<long> Collections =
        Meter.CreateCounter<long>("descent.training.gc.collections", "{collection}", "Garbage collections of the process while it trained.");

    /// <summary>Whether anybody listens to any of them.</summary>
    public static bool AreOn =>
        Steps.Enabled || Examples.Enabled || Loss.Enabled || LearningRate.Enabled || GradientNorm.Enabled || StepDuration.Enabled || Collections.Enabled;

    /// <summary>The version of the library.</summary>
    public static string? Version => typeof(Instruments).Assembly.GetName().Version?.ToString(3);
}
