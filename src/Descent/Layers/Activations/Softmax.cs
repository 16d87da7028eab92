using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>Softmax as a layer: <c>eˣ / Σ eˣ</c> along some axes. What a mask leaves out is 0 and takes no part in the sum.</summary>
public sealed class Softmax : Layer
{
    // What masked inputs become: Keras' own number.
    private const float Masked = -1e9f;

    /// <summary>Creates the layer.</summary>
    public Softmax()
    {
    }

    private Softmax(ConfigReader reader)
        : base(reader) => Axis = NormalizedAxes.Read(reader, Axis);

    /// <summary>The axes along which the output sums to 1 together, batch dimension counted; default the last.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public IReadOnlyList<int> Axis
    {
        get;
        init => field = NormalizedAxes.Check(value);
    } = [-1];

    /// <inheritdoc/>
    public override bool SupportsMasking => true;

    internal override bool TakesMask => true;

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        var places = NormalizedAxes.Places(this, Axis, x.Shape);
        return places is [var single] ? Ops.Softmax(x, single) : Ops.Exp(x - Ops.LogSumExp(x, places, keepDimensions: true));
    }

    /// <inheritdoc/>
    protected internal override Tensor Call(Tensor x, Tensor? mask, bool training)
    {
        if (mask is null) return Call(x, training);
        var fits = mask.Rank <= x.Rank;
        for (var i = 1; fits && i <= mask.Rank; i++) fits = mask.Shape[^i] == 1 || mask.Shape[^i] == x.Shape[^i];
        if (!fits) throw Refusal($"The mask of layer '{Name}' must broadcast to its input of shape {x.Shape}. Received shape {mask.Shape}.", nameof(mask));
        return Ops.Where(mask, Call(Ops.Where(mask, x, Masked), training), 0f);
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape)
    {
        NormalizedAxes.Places(this, Axis, inputShape);
        return inputShape;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["axis"] = Axis is [var single] ? single : KerasJson.Integers(Axis);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Softmax FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Softmax(reader));
}
