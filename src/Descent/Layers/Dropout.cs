using System.Globalization;
using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>
/// A layer that sets a part of its input to zero at random while training, and scales the rest so that the sum stays the same
/// on average; otherwise it does nothing.
/// </summary>
/// <remarks>What is dropped is a function of the seed, of how often the layer was called in training, and of the position: the same on any number of threads.</remarks>
/// <seealso href="https://jmlr.org/papers/v15/srivastava14a.html">Dropout: A Simple Way to Prevent Neural Networks from Overfitting</seealso>
public sealed class Dropout : Layer
{
    private readonly ulong _seed;
    private int _calls = -1;

    /// <summary>Creates the layer.</summary>
    /// <param name="rate">The part to drop, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside of [0, 1].</exception>
    public Dropout(double rate)
    {
        Rate = rate is >= 0 and <= 1 ? rate : throw new ArgumentOutOfRangeException(
            nameof(rate), $"Rate must be in [0, 1]. Received: {rate.ToString(CultureInfo.InvariantCulture)}.");
        _seed = RandomSeed.Next();
    }

    private Dropout(ConfigReader reader)
        : base(reader)
    {
        var template = new Dropout(reader.Double("rate"));
        (Rate, _seed) = (template.Rate, template._seed);
        Seed = reader.NullableLong("seed");
        NoiseShape = reader.NullableArray("noise_shape") is { } shape ? ConfigShapes.Read(shape) : null;
    }

    /// <summary>The part to drop.</summary>
    public double Rate { get; }

    /// <summary>The shape of the noise, batch dimension first; where it has 1 all elements along that axis share their fate, -1 stands for the size of the input. Default: the input's shape.</summary>
    public Shape? NoiseShape { get; init; }

    /// <summary>The seed of this layer; when null (the default) it follows from <see cref="RandomSeed"/>.</summary>
    public long? Seed { get; init; }

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        if (!training || Rate == 0) return x;
        var call = (uint)Interlocked.Increment(ref _calls);
        var seed = Seed is { } given ? (ulong)given : _seed;
        if (NoiseShape is null) return Ops.Dropout(x, (float)Rate, seed, call);

        if (NoiseShape.Rank != x.Rank)
            throw new ArgumentException($"Layer '{Name}' expects an input of the rank of its NoiseShape {NoiseShape}. Received shape {x.Shape}.", nameof(x));
        var shape = NoiseShape.ToArray();
        for (var i = 0; i < shape.Length; i++)
            if (shape[i] < 0) shape[i] = x.Shape[i];
        return x * Ops.Dropout(Tensor.Ones(shape), (float)Rate, seed, call);
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape) => inputShape;

    internal override Action SaveStreams()
    {
        var calls = _calls;
        return () => _calls = calls;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["rate"] = KerasJson.Float(Rate);
        config["seed"] = Seed;
        config["noise_shape"] = NoiseShape is null ? null : ConfigShapes.Write(NoiseShape);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static Dropout FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Dropout(reader));
}
