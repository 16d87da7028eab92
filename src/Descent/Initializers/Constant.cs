using System.Text.Json.Nodes;

namespace Descent.Initializers;

/// <summary>Fills with one value.</summary>
/// <param name="value">The value; default 0.</param>
public sealed class Constant(double value = 0.0) : Initializer
{
    /// <summary>The value of every element.</summary>
    public double Value { get; } = value;

    /// <inheritdoc/>
    public override Tensor Call(Shape shape) => Tensor.Full(shape, (float)Value);

    /// <inheritdoc/>
    public override JsonObject GetConfig() => new() { ["value"] = KerasJson.Float(Value) };

    /// <summary>Makes the initializer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new initializer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Constant FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Constant(reader.Double("value", 0.0)));
}

/// <summary>Fills with zeros.</summary>
public sealed class Zeros : Initializer
{
    /// <inheritdoc/>
    public override Tensor Call(Shape shape) => Tensor.Zeros(shape);

    /// <inheritdoc/>
    public override JsonObject GetConfig() => [];

    /// <summary>Makes the initializer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">No arguments.</param>
    /// <returns>A new initializer.</returns>
    /// <exception cref="ArgumentException">An argument was given.</exception>
    public static Zeros FromConfig(JsonObject config) => ConfigReader.Read(config, _ => new Zeros());
}

/// <summary>Fills with ones.</summary>
public sealed class Ones : Initializer
{
    /// <inheritdoc/>
    public override Tensor Call(Shape shape) => Tensor.Ones(shape);

    /// <inheritdoc/>
    public override JsonObject GetConfig() => [];

    /// <summary>Makes the initializer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">No arguments.</param>
    /// <returns>A new initializer.</returns>
    /// <exception cref="ArgumentException">An argument was given.</exception>
    public static Ones FromConfig(JsonObject config) => ConfigReader.Read(config, _ => new Ones());
}
