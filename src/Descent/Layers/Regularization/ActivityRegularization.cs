using System.Text.Json.Nodes;
using Descent.Regularizers;

namespace Descent.Layers;

/// <summary>A layer that passes its input on and adds a penalty on it to the loss of training: <c>l1 · Σ |x| + l2 · Σ x²</c>, divided by the batch size.</summary>
public sealed class ActivityRegularization : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="l1">The factor of the sum of absolute values, 0 or more; default 0.</param>
    /// <param name="l2">The factor of the sum of squares, 0 or more; default 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A factor is negative or not finite.</exception>
    public ActivityRegularization(double l1 = 0, double l2 = 0)
    {
        (L1, L2) = (l1, l2);
        ActivityRegularizer = new L1L2(l1, l2);
    }

    private ActivityRegularization(ConfigReader reader)
        : base(reader)
    {
        (L1, L2) = (reader.Double("l1", 0), reader.Double("l2", 0));
        ActivityRegularizer = new L1L2(L1, L2);
    }

    /// <summary>The factor of the sum of absolute values.</summary>
    public double L1 { get; }

    /// <summary>The factor of the sum of squares.</summary>
    public double L2 { get; }

    /// <inheritdoc/>
    public override bool SupportsMasking => true;

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false) => x;

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape) => inputShape;

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config.Remove("activity_regularizer");
        config["l1"] = KerasJson.Float(L1);
        config["l2"] = KerasJson.Float(L2);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static ActivityRegularization FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new ActivityRegularization(reader));
}
