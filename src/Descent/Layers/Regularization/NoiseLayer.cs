using Descent.RandomNumbers;

namespace Descent.Layers;

/// <summary>A layer that draws random numbers in training, and otherwise passes its input on.</summary>
/// <remarks>What it draws is a function of the seed, of how often the layer was called in training, and of the position: the same on any number of threads.</remarks>
public abstract class NoiseLayer : Layer
{
    private readonly SeedGenerator _random = new();

    private protected NoiseLayer()
    {
    }

    private protected NoiseLayer(ConfigReader reader)
        : base(reader) => Seed = reader.NullableLong("seed");

    /// <summary>The seed of this layer; when null (the default) it follows from <see cref="RandomSeed"/>.</summary>
    public long? Seed { get; init; }

    /// <inheritdoc/>
    public override bool SupportsMasking => true;

    /// <summary>Whether there is noise at all.</summary>
    private protected abstract bool IsNoisy { get; }

    /// <inheritdoc/>
    public sealed override Tensor Call(Tensor x, bool training = false)
    {
        return training && IsNoisy ? Disturb(x, _random.Next(Seed)) : x;
    }

    /// <inheritdoc/>
    public sealed override Shape ComputeOutputShape(Shape inputShape)
    {
        CheckInput(inputShape);
        return inputShape;
    }

    internal sealed override IReadOnlyList<SeedGenerator> Seeds => [_random];

    /// <summary>Computes the output in training.</summary>
    private protected abstract Tensor Disturb(Tensor x, Philox random);

    /// <summary>Throws if the layer cannot take inputs of a shape.</summary>
    private protected virtual void CheckInput(Shape shape)
    {
    }

    /// <summary>The shape of noise, where -1 stands for the size of the input and 1 for elements that share their fate.</summary>
    private protected Shape NoiseShapeFor(Tensor x, Shape? noiseShape)
    {
        if (noiseShape is null) return x.Shape;
        if (noiseShape.Rank != x.Rank)
            throw Refusal($"Layer '{Name}' expects an input of the rank of its NoiseShape {noiseShape}. Received shape {x.Shape}.", nameof(x));
        var shape = noiseShape.ToArray();
        for (var i = 0; i < shape.Length; i++)
            if (shape[i] < 0) shape[i] = x.Shape[i];
        return shape;
    }

    private protected static Shape? ReadNoiseShape(ConfigReader reader) => reader.NullableArray("noise_shape") is { } shape ? ConfigShapes.Read(shape) : null;

    private protected static double CheckRate(double rate) => Check.UnitInterval(rate, "Rate");
}
