using Descent.Metrics;

namespace Descent.Training;

/// <summary>A metric as <c>Compile</c> takes it: a name, which may depend on the loss and the shapes (<c>"accuracy"</c>), or an object.</summary>
public readonly struct CompileMetric
{
    private CompileMetric(string? name, Metric? metric) => (Identifier, Metric) = (name, metric);

    /// <summary>The name that was given; it is the metric's name in logs. Null for an object.</summary>
    public string? Identifier { get; }

    /// <summary>The object that was given; null for a name.</summary>
    public Metric? Metric { get; }

    /// <summary>The name in logs.</summary>
    internal string Name => Identifier ?? Metric!.Name;

    /// <summary>Takes a metric by name.</summary>
    /// <param name="name">One of Keras' names or aliases.</param>
    /// <exception cref="ArgumentException">There is no such metric.</exception>
    public static implicit operator CompileMetric(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Metric.CheckName(name);
        return new CompileMetric(name, null);
    }

    /// <summary>Takes a metric.</summary>
    /// <param name="metric">The metric; one object serves one model.</param>
    public static implicit operator CompileMetric(Metric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        return new CompileMetric(null, metric);
    }
}
