using System.Text.Json.Nodes;
using Descent.Losses;

namespace Descent.Metrics;

/// <summary>The mean of squared errors.</summary>
/// <seealso cref="Losses.MeanSquaredError"/>
public sealed class MeanSquaredError : LossMetric
{
    private const string DefaultName = "mean_squared_error";

    /// <summary>Creates the metric.</summary>
    public MeanSquaredError()
        : base(DefaultName)
    {
    }

    private MeanSquaredError(ConfigReader reader)
        : base(reader, DefaultName)
    {
    }

    private protected override Loss Loss { get; } = new Losses.MeanSquaredError();

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static MeanSquaredError FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new MeanSquaredError(reader));
}

/// <summary>The mean of absolute errors.</summary>
/// <seealso cref="Losses.MeanAbsoluteError"/>
public sealed class MeanAbsoluteError : LossMetric
{
    private const string DefaultName = "mean_absolute_error";

    /// <summary>Creates the metric.</summary>
    public MeanAbsoluteError()
        : base(DefaultName)
    {
    }

    private MeanAbsoluteError(ConfigReader reader)
        : base(reader, DefaultName)
    {
    }

    private protected override Loss Loss { get; } = new Losses.MeanAbsoluteError();

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static MeanAbsoluteError FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new MeanAbsoluteError(reader));
}

/// <summary>The mean of errors in percent of the target.</summary>
/// <seealso cref="Losses.MeanAbsolutePercentageError"/>
public sealed class MeanAbsolutePercentageError : LossMetric
{
    private const string DefaultName = "mean_absolute_percentage_error";

    /// <summary>Creates the metric.</summary>
    public MeanAbsolutePercentageError()
        : base(DefaultName)
    {
    }

    private MeanAbsolutePercentageError(ConfigReader reader)
        : base(reader, DefaultName)
    {
    }

    private protected override Loss Loss { get; } = new Losses.MeanAbsolutePercentageError();

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static MeanAbsolutePercentageError FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new MeanAbsolutePercentageError(reader));
}

/// <summary>The mean of squared differences of logarithms.</summary>
/// <seealso cref="Losses.MeanSquaredLogarithmicError"/>
public sealed class MeanSquaredLogarithmicError : LossMetric
{
    private const string DefaultName = "mean_squared_logarithmic_error";

    /// <summary>Creates the metric.</summary>
    public MeanSquaredLogarithmicError()
        : base(DefaultName)
    {
    }

    private MeanSquaredLogarithmicError(ConfigReader reader)
        : base(reader, DefaultName)
    {
    }

    private protected override Loss Loss { get; } = new Losses.MeanSquaredLogarithmicError();

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static MeanSquaredLogarithmicError FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new MeanSquaredLogarithmicError(reader));
}

/// <summary>The mean of <c>ln cosh</c> of errors.</summary>
/// <seealso cref="Losses.LogCosh"/>
public sealed class LogCoshError : LossMetric
{
    private const string DefaultName = "logcosh";

    /// <summary>Creates the metric.</summary>
    public LogCoshError()
        : base(DefaultName)
    {
    }

    private LogCoshError(ConfigReader reader)
        : base(reader, DefaultName)
    {
    }

    private protected override Loss Loss { get; } = new Losses.LogCosh();

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static LogCoshError FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new LogCoshError(reader));
}
