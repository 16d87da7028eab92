using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that puts numbers into bins: bin i holds what is at least boundary i - 1 and below boundary i.</summary>
/// <remarks>The boundaries are given, or learned with <see cref="Adapt"/> so that all bins hold about as many numbers of the training data.</remarks>
/// <example><code>new Discretization([0, 0.5, 1])   // -1 → 0, 0.3 → 1, 0.5 → 2, 7 → 3</code></example>
public sealed class Discretization : Layer
{
    private double[]? _boundaries;

    /// <summary>Creates the layer with given boundaries.</summary>
    /// <param name="binBoundaries">Finite numbers in ascending order.</param>
    /// <exception cref="ArgumentException">There are none, or not in order.</exception>
    public Discretization(IReadOnlyList<double> binBoundaries) => _boundaries = CheckBoundaries(binBoundaries);

    /// <summary>Creates the layer for boundaries that <see cref="Adapt"/> learns.</summary>
    /// <param name="numBins">The number of bins, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public Discretization(int numBins) => NumBins = Check.AtLeast(1, numBins, nameof(NumBins));

    private Discretization(ConfigReader reader)
        : base(reader)
    {
        if (reader.NullableInt("num_bins") is { } bins) NumBins = Check.AtLeast(1, bins, nameof(NumBins));
        if (reader.NullableArray("bin_boundaries") is not null) _boundaries = CheckBoundaries(reader.Doubles("bin_boundaries"));
        if (NumBins is null && _boundaries is null)
            throw new ArgumentException("Discretization must be given 'bin_boundaries' or 'num_bins'. Received: neither.");
        Epsilon = reader.Double("epsilon", Epsilon);
        OutputMode = reader.String("output_mode", OutputMode);
        OutputModes.RefuseSparse(reader);
    }

    /// <summary>The boundaries; null before they are learned.</summary>
    public IReadOnlyList<double>? BinBoundaries => _boundaries;

    /// <summary>The number of bins to learn; null where the boundaries were given.</summary>
    public int? NumBins { get; }

    /// <summary>How exactly the boundaries are learned, as a share of all numbers, in (0, 1]; default 0.01.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside of (0, 1].</exception>
    public double Epsilon
    {
        get;
        init => field = Check.UnitIntervalOpenAtZero(value, nameof(Epsilon));
    } = 0.01;

    /// <summary><c>"int"</c> (the default), <c>"one_hot"</c>, <c>"multi_hot"</c> or <c>"count"</c>.</summary>
    /// <exception cref="ArgumentException">The value is another.</exception>
    public string OutputMode
    {
        get;
        init => field = OutputModes.Check(value, OutputModes.Int, OutputModes.OneHot, OutputModes.MultiHot, OutputModes.Count);
    } = OutputModes.Int;

    internal override DType OutputDType(DType input) => OutputMode == OutputModes.Int ? DType.Int32 : DType.Float32;

    /// <summary>Learns the boundaries from data, replacing what was learned before.</summary>
    /// <param name="data">A float32 tensor with at least one number.</param>
    /// <exception cref="InvalidOperationException">The boundaries were given.</exception>
    /// <exception cref="ArgumentException">There is no number.</exception>
    public void Adapt(Tensor data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (NumBins is not { } bins)
            throw new InvalidOperationException($"Layer '{Name}' has given boundaries and cannot be adapted. Create it with a number of bins instead.");
        if (data.Length == 0)
            throw Refusal($"Layer '{Name}' must be adapted to at least one number. Received shape {data.Shape}.", nameof(data));
        var summary = QuantileSummary.Of(Ops.Cast(data, DType.Float32).ToArray(), Epsilon).Compressed(Epsilon).Compressed(1.0 / bins);
        _boundaries = summary.Values[..^1];
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        var boundaries = _boundaries ?? throw new InvalidOperationException($"Layer '{Name}' must have boundaries before it is called. Give them, or call Adapt.");
        var bins = new int[x.Length];
        var values = x.AsSpan();
        for (var i = 0; i < bins.Length; i++) bins[i] = Bin(values[i], boundaries);
        return OutputModes.Encode(this, Tensor.From(bins, x.Shape), OutputMode, boundaries.Length + 1);
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape) => OutputModes.Encode(inputShape, OutputMode, _boundaries?.Length + 1 ?? NumBins!.Value);

    private protected override JsonObject? BuildConfig() => WriteBuildShapes();

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        return new JsonObject
        {
            ["bin_boundaries"] = _boundaries is null ? null : KerasJson.Floats(_boundaries),
            ["num_bins"] = NumBins,
            ["epsilon"] = KerasJson.Float(Epsilon),
            ["output_mode"] = OutputMode,
            ["sparse"] = false,
            ["name"] = Name,
            ["dtype"] = config["dtype"]?.DeepClone(),
        };
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static Discretization FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Discretization(reader));

    // How many boundaries a number reaches.
    private static int Bin(float value, double[] boundaries)
    {
        var (low, high) = (0, boundaries.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (value < (float)boundaries[middle]) high = middle;
            else low = middle + 1;
        }

        return low;
    }

    private static double[] CheckBoundaries(IReadOnlyList<double> boundaries)
    {
        ArgumentNullException.ThrowIfNull(boundaries);
        var inOrder = boundaries.Count > 0 && boundaries.All(double.IsFinite);
        for (var i = 1; inOrder && i < boundaries.Count; i++) inOrder = boundaries[i - 1] <= boundaries[i];
        return inOrder ? [.. boundaries] : throw new ArgumentException(
            FormattableString.Invariant($"BinBoundaries must be finite numbers in ascending order. Received: [{string.Join(", ", boundaries)}]."), nameof(boundaries));
    }
}
