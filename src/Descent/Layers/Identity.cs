using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that passes its input on.</summary>
public sealed class Identity : Layer
{
    /// <summary>Creates the layer.</summary>
    public Identity()
    {
    }

    private Identity(ConfigReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    public override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override bool TakesIntegers => true;

    internal override DType OutputDType(DType input) => input;

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false) => x;

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape) => inputShape;

    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Identity FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Identity(reader));
}
