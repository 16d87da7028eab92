using System.Text.Json.Nodes;

namespace Descent.Initializers;

/// <summary>Which count of connections the variance is divided by.</summary>
public enum FanMode
{
    /// <summary>The inputs of a unit.</summary>
    FanIn,

    /// <summary>The outputs that an input reaches.</summary>
    FanOut,

    /// <summary>The mean of both.</summary>
    FanAvg,
}

/// <summary>The distribution that numbers are drawn from.</summary>
public enum ScalingDistribution
{
    /// <summary>A normal distribution cut off at two standard deviations, widened so that its variance is the wanted one.</summary>
    TruncatedNormal,

    /// <summary>A normal distribution.</summary>
    UntruncatedNormal,

    /// <summary>An even distribution.</summary>
    Uniform,
}

/// <summary>
/// Draws numbers of mean 0 whose variance is <c>scale / max(1, fan)</c>, so that signals keep their size from layer to layer.
/// </summary>
/// <remarks>
/// The fans of a matrix are its rows (in) and columns (out); those of a convolution's kernel <c>(…, inputs, outputs)</c> are
/// inputs and outputs times the size of the window; both fans of a vector are its length.
/// </remarks>
public abstract class FanInitializer : RandomInitializer
{
    // The standard deviation of a standard normal distribution that is cut off at -2 and 2.
    private const double TruncatedDeviation = 0.87962566103423978;

    private protected FanInitializer()
    {
    }

    private protected FanInitializer(ConfigReader reader)
        : base(reader)
    {
        InputAxes = reader.NullableArray("input_axes") is null ? null : reader.Ints("input_axes");
        OutputAxes = reader.NullableArray("output_axes") is null ? null : reader.Ints("output_axes");
    }

    /// <summary>The axes whose sizes make up the input fan; default null: worked out from the shape. Counts only with <see cref="OutputAxes"/>.</summary>
    public IReadOnlyList<int>? InputAxes { get; init; }

    /// <summary>The axes whose sizes make up the output fan; default null: worked out from the shape. Counts only with <see cref="InputAxes"/>.</summary>
    public IReadOnlyList<int>? OutputAxes { get; init; }

    /// <summary>What the variance is, how it is divided and which distribution has it.</summary>
    private protected abstract (double Scale, FanMode Mode, ScalingDistribution Distribution) Scaling { get; }

    /// <inheritdoc/>
    public override Tensor Call(Shape shape)
    {
        var tensor = Tensor.New(shape);
        var (scale, mode, distribution) = Scaling;
        var (fanIn, fanOut) = Fans(shape);
        var variance = scale / Math.Max(1.0, mode switch
        {
            FanMode.FanIn => fanIn,
            FanMode.FanOut => fanOut,
            _ => (fanIn + fanOut) / 2.0,
        });
        var generator = NewGenerator();
        switch (distribution)
        {
            case ScalingDistribution.TruncatedNormal:
                generator.TruncatedNormal(tensor.Floats, 0f, (float)(Math.Sqrt(variance) / TruncatedDeviation));
                break;
            case ScalingDistribution.UntruncatedNormal:
                generator.Normal(tensor.Floats, 0f, (float)Math.Sqrt(variance));
                break;
            default:
                var limit = (float)Math.Sqrt(3.0 * variance);
                generator.Uniform(tensor.Floats, -limit, limit);
                break;
        }

        return tensor;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["input_axes"] = InputAxes is null ? null : KerasJson.Integers(InputAxes);
        config["output_axes"] = OutputAxes is null ? null : KerasJson.Integers(OutputAxes);
        return config;
    }

    /// <summary>How many inputs reach a unit, and how many units an input reaches.</summary>
    internal (double In, double Out) Fans(Shape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (InputAxes is not null && OutputAxes is not null)
            return (Product(InputAxes), Product(OutputAxes));
        if (shape.Rank < 2)
            return (shape.Size, shape.Size);
        double window = shape[..^2].Size;
        return (shape[^2] * window, shape[^1] * window);

        double Product(IReadOnlyList<int> axes) => axes.Aggregate(1.0, (product, axis) => product * shape[shape.Axis(axis)]);
    }
}
