using System.Text.Json.Nodes;
using Descent.RandomNumbers;

namespace Descent.Layers;

/// <summary>
/// A layer that sets a part of its input to zero at random while training, and scales the rest so that the sum stays the same
/// on average; otherwise it does nothing.
/// </summary>
/// <seealso href="https://jmlr.org/papers/v15/srivastava14a.html">Dropout: A Simple Way to Prevent Neural Networks from Overfitting</seealso>
public sealed class Dropout : NoiseLayer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="rate">The part to drop, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside of [0, 1].</exception>
    public Dropout(double rate) => Rate = CheckRate(rate);

    private Dropout(ConfigReader reader)
        : base(reader)
    {
        Rate = CheckRate(reader.Double("rate"));
        NoiseShape = ReadNoiseShape(reader);
    }

    /// <summary>The part to drop.</summary>
    public double Rate { get; }

    /// <summary>The shape of the noise, batch dimension first; where it has 1 all elements along that axis share their fate, -1 stands for the size of the input. Default: the input's shape.</summary>
    public Shape? NoiseShape { get; init; }

    private protected override bool IsNoisy => Rate > 0;

    private protected override Tensor Disturb(Tensor x, Philox random) =>
        Ops.Dropout(x, NoiseShapeFor(x, NoiseShape), (float)Rate, random);

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
