using System.Text.Json.Nodes;

namespace Descent.Initializers;

/// <summary>Draws evenly from [<see cref="MinVal"/>, <see cref="MaxVal"/>).</summary>
public sealed class RandomUniform : RandomInitializer
{
    /// <summary>Creates the initializer.</summary>
    /// <param name="minVal">The lower bound, included; default -0.05.</param>
    /// <param name="maxVal">The upper bound, excluded; at least the lower one; default 0.05.</param>
    /// <exception cref="ArgumentOutOfRangeException">A bound is not finite, or they are in the wrong order.</exception>
    public RandomUniform(double minVal = -0.05, double maxVal = 0.05)
        => (MinVal, MaxVal) = Check.Ordered(Check.Finite(minVal, nameof(MinVal)), nameof(MinVal), Check.Finite(maxVal, nameof(MaxVal)), nameof(MaxVal));

    private RandomUniform(ConfigReader reader)
        : base(reader)
        => (MinVal, MaxVal) = Check.Ordered(reader.Double("minval", -0.05), nameof(MinVal), reader.Double("maxval", 0.05), nameof(MaxVal));

    /// <summary>The lower bound, included.</summary>
    public double MinVal { get; }

    /// <summary>The upper bound, excluded.</summary>
    public double MaxVal { get; }

    /// <inheritdoc/>
    public override Tensor Call(Shape shape)
    {
        var tensor = Tensor.New(shape);
        NewGenerator().Uniform(tensor.Floats, (float)MinVal, (float)MaxVal);
        return tensor;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["minval"] = KerasJson.Float(MinVal);
        config["maxval"] = KerasJson.Float(MaxVal);
        return config;
    }

    /// <summary>Makes the initializer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new initializer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static RandomUniform FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new RandomUniform(reader));
}
