using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that brings its input to mean 0 and variance 1: <c>(x - mean) / √variance</c>, each feature by its own.</summary>
/// <remarks>Mean and variance are given, or learned with <see cref="Adapt"/> from the training data, before the model is trained.</remarks>
/// <example><code>
/// var normalization = new Normalization();
/// normalization.Adapt(x);
/// var model = new Sequential([normalization, new Dense(1)]);
/// </code></example>
public sealed class Normalization : Layer
{
    // What the deviation of a constant feature is taken to be: Keras' backend.epsilon.
    private const float Epsilon = 1e-7f;

    private Variable? _adaptedMean;
    private Variable? _adaptedVariance;
    private (Tensor Mean, Tensor Deviation)? _given;
    private Shape? _broadcast;
    private int[] _kept = [];

    /// <summary>Creates the layer.</summary>
    public Normalization()
    {
    }

    private Normalization(ConfigReader reader)
        : base(reader)
    {
        if (reader.Has("axis")) Axis = reader.Node("axis") is JsonArray ? reader.Ints("axis") : reader.NullableInt("axis") is { } axis ? [axis] : [];
        Mean = ReadValues(reader, "mean");
        Variance = ReadValues(reader, "variance");
        Invert = reader.Bool("invert", Invert);
    }

    /// <summary>The axes whose every position has statistics of its own, batch dimension counted; default the last. Empty: one mean and variance for all.</summary>
    public IReadOnlyList<int> Axis { get; init; } = [-1];

    /// <summary>The mean if it is given: one value, or one per position of the axis. Default null: learned with <see cref="Adapt"/>.</summary>
    public IReadOnlyList<double>? Mean { get; init; }

    /// <summary>The variance if it is given, as many values as in <see cref="Mean"/>. Default null.</summary>
    public IReadOnlyList<double>? Variance { get; init; }

    /// <summary>Whether the layer does the opposite: <c>mean + x · √variance</c>. Default false.</summary>
    public bool Invert { get; init; }

    /// <inheritdoc/>
    public override bool SupportsMasking => true;

    /// <inheritdoc/>
    public override void Build(Shape inputShape)
    {
        if (Mean is null != Variance is null || Mean?.Count != Variance?.Count)
            throw Refusal($"Mean and Variance of layer '{Name}' must be given together, with as many values. Received: {Mean?.Count ?? 0} and {Variance?.Count ?? 0}.");
        _kept = [.. Axis.Select(a => inputShape.Axis(a, nameof(Axis))).Order()];
        var broadcast = new int[inputShape.Rank];
        Array.Fill(broadcast, 1);
        foreach (var axis in _kept)
        {
            broadcast[axis] = inputShape[axis] >= 0 ? inputShape[axis] : throw Refusal(
                $"Every axis of layer '{Name}' must have a known size. Received: axis {axis} of shape {inputShape}.", nameof(inputShape));
        }

        _broadcast = Shape.Create(broadcast);
        if (Mean is not null && Mean.Count != 1 && Mean.Count != _broadcast.Size)
            throw Refusal($"Mean and Variance of layer '{Name}' must have 1 or {_broadcast.Size} values for an input of shape {inputShape}. Received: {Mean.Count}.");
        var statistics = Shape.Create([.. _kept.Select(a => inputShape[a])]);
        if (Mean is not null)
        {
            _given = (GivenTensor(Mean), DeviationOf(GivenTensor(Variance!)));
            return;
        }

        _adaptedMean = AddWeight("mean", statistics, Tensor.Zeros, trainable: false);
        _adaptedVariance = AddWeight("variance", statistics, Tensor.Ones, trainable: false);
        // Keras keeps a count here that nothing reads any more; files have it.
        AddWeight("count", Shape.Scalar, shape => Tensor.From([0], shape), trainable: false);
    }

    /// <summary>Learns mean and variance from data, replacing what was learned before.</summary>
    /// <param name="data">A float32 tensor, batch dimension first, with at least one row.</param>
    /// <exception cref="InvalidOperationException">Mean and variance were given.</exception>
    /// <exception cref="ArgumentException">The data is empty, or its shape is not the one the layer was built for.</exception>
    public void Adapt(Tensor data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (Mean is not null)
            throw new InvalidOperationException($"Layer '{Name}' has a given mean and variance and cannot be adapted.");
        if (data.Length == 0)
            throw Refusal($"Layer '{Name}' must be adapted to at least one row. Received shape {data.Shape}.", nameof(data));
        EnsureBuilt(data.Shape);
        NormalizedAxes.CheckInput(this, _kept, data);

        var groups = new double[_broadcast!.Size];
        var values = data.AsSpan();
        for (var i = 0; i < values.Length; i++) groups[Group(i, data.Shape)] += values[i];
        var perGroup = (double)values.Length / groups.Length;
        float[] mean = [.. groups.Select(sum => (float)(sum / perGroup))];
        double[] exactMean = [.. groups.Select(sum => sum / perGroup)];
        Array.Clear(groups);
        for (var i = 0; i < values.Length; i++)
        {
            var group = Group(i, data.Shape);
            var difference = values[i] - exactMean[group];
            groups[group] += difference * difference;
        }

        _adaptedMean!.Assign(Tensor.From(mean, _adaptedMean.Shape));
        _adaptedVariance!.Assign(Tensor.From([.. groups.Select(sum => (float)(sum / perGroup))], _adaptedVariance.Shape));
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        NormalizedAxes.CheckInput(this, _kept, x);
        var (mean, deviation) = _given ?? (Ops.Reshape(_adaptedMean!, _broadcast!), DeviationOf(Ops.Reshape(_adaptedVariance!, _broadcast!)));
        return Invert ? mean + x * deviation : (x - mean) / deviation;
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape) => inputShape;

    private protected override JsonObject? BuildConfig() => WriteBuildShapes();

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["axis"] = KerasJson.Integers(Axis);
        config["invert"] = Invert;
        config["mean"] = WriteValues(Mean);
        config["variance"] = WriteValues(Variance);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Normalization FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Normalization(reader));

    // Which of the statistics an element belongs to.
    private int Group(int position, Shape shape)
    {
        var group = 0;
        var kept = _kept.Length - 1;
        var scale = 1;
        for (var axis = shape.Rank - 1; kept >= 0; axis--)
        {
            if (_kept[kept] == axis)
            {
                group += position % shape[axis] * scale;
                scale *= shape[axis];
                kept--;
            }

            position /= shape[axis];
        }

        return group;
    }

    private static Tensor DeviationOf(Tensor variance) => Ops.Maximum(Ops.Sqrt(variance), Epsilon);

    private Tensor GivenTensor(IReadOnlyList<double> given) =>
        given.Count == 1 ? (float)given[0] : Tensor.From([.. given.Select(v => (float)v)], _broadcast);

    private static double[]? ReadValues(ConfigReader reader, string key) =>
        reader.Node(key) switch
        {
            null => null,
            JsonArray => reader.Doubles(key),
            _ => [reader.Double(key)],
        };

    private static JsonNode? WriteValues(IReadOnlyList<double>? values) => values switch
    {
        null => null,
        [var single] => KerasJson.Float(single),
        _ => KerasJson.Floats(values),
    };
}
