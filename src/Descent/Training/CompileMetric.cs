using System.Runtime.CompilerServices;
using Descent.Metrics;

namespace Descent.Training;

/// <summary>
/// A metric as <c>Compile</c> takes it: a name, which may depend on the loss and the shapes (<c>"accuracy"</c>), or an object; or a list of those. For
/// a model with several outputs a list of lists, or lists by name <c>new() { ["age"] = ["mae"] }</c>.
/// </summary>
[CollectionBuilder(typeof(CompileMetric), nameof(Create))]
public sealed class CompileMetric : Bundle<CompileMetric>
{
    /// <summary>Creates an empty one, to be filled by the names of outputs.</summary>
    public CompileMetric()
        : base(ReadOnlySpan<CompileMetric>.Empty)
    {
    }

    private CompileMetric(ReadOnlySpan<CompileMetric> metrics)
        : base(metrics)
    {
    }

    private CompileMetric(string? name, Metric? metric)
        : base(ReadOnlySpan<CompileMetric>.Empty)
        => (Identifier, Metric) = (name, metric);

    /// <summary>The name that was given; it is the metric's name in logs. Null for an object and for a list.</summary>
    public string? Identifier { get; }

    /// <summary>The object that was given; null for a name and for a list.</summary>
    public Metric? Metric { get; }

    /// <summary>The name in logs.</summary>
    internal string Name => Identifier ?? Metric!.Name;

    /// <summary>The metrics of one output: this one, or those of the list.</summary>
    internal IEnumerable<CompileMetric> Flat => Identifier is not null || Metric is not null ? [this] : this.SelectMany(m => m.Flat);

    /// <summary>Makes one of a list.</summary>
    /// <param name="metrics">The metrics.</param>
    public static CompileMetric Create(params ReadOnlySpan<CompileMetric> metrics) => new(metrics);

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

    /// <summary>The metric for targets and predictions of these shapes.</summary>
    internal Metric Resolve(Shape yTrue, Shape yPred) => Metric ?? Metric.Resolve(Identifier!, yTrue, yPred);
}
