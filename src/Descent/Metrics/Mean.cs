using System.Text.Json.Nodes;
using Descent.Losses;

namespace Descent.Metrics;

/// <summary>The weighted mean of given values.</summary>
/// <example><code>
/// var mean = new Mean();
/// mean.UpdateState(new[] { 1f, 3f });
/// </code></example>
public sealed class Mean : MeanMetric
{
    private const string DefaultName = "mean";

    /// <summary>Creates the metric.</summary>
    public Mean()
        : base(DefaultName)
    {
    }

    private Mean(ConfigReader reader)
        : base(reader, DefaultName)
    {
    }

    /// <summary>Takes values into account.</summary>
    /// <param name="values">The values, of shape <c>(batch, …)</c> or a scalar.</param>
    /// <param name="sampleWeight">Weights of shape <c>(batch)</c> or of that of the values; default all 1.</param>
    public void UpdateState(Tensor values, Tensor? sampleWeight = null) => Accumulate(Targets.Float(values), sampleWeight);

    private protected override Tensor Values(Tensor yTrue, Tensor yPred) => throw ValuesOnly(this);

    internal static InvalidOperationException ValuesOnly(Metric metric)
        => new($"{metric.GetType().Name} takes values, not targets and predictions. Call UpdateState(values), or use a metric that compares both.");

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Mean FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Mean(reader));
}

/// <summary>The weighted sum of given values.</summary>
public sealed class Sum : Metric
{
    private const string DefaultName = "sum";
    private readonly Variable _total;

    /// <summary>Creates the metric.</summary>
    public Sum()
        : base(DefaultName)
        => _total = AddVariable("total");

    private Sum(ConfigReader reader)
        : base(reader, DefaultName)
        => _total = AddVariable("total");

    /// <summary>Takes values into account.</summary>
    /// <param name="values">The values, of shape <c>(batch, …)</c> or a scalar.</param>
    /// <param name="sampleWeight">Weights of shape <c>(batch)</c> or of that of the values; default all 1.</param>
    public void UpdateState(Tensor values, Tensor? sampleWeight = null)
    {
        values = Targets.Float(values);
        if (sampleWeight is not null) values *= Targets.Weights(sampleWeight, values.Shape);
        _total.Write()[0] += Targets.Total(values);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Always: this metric takes values.</exception>
    public override void UpdateState(Tensor yTrue, Tensor yPred, Tensor? sampleWeight = null) => throw Mean.ValuesOnly(this);

    /// <inheritdoc/>
    public override Tensor Result() => _total.Value;

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Sum FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Sum(reader));
}
