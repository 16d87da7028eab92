using System.Text.Json.Nodes;

namespace Descent.Constraints;

/// <summary>A constraint on the Euclidean norms of a weight's vectors.</summary>
public abstract class NormConstraint : Constraint
{
    private protected NormConstraint()
    {
    }

    private protected NormConstraint(ConfigReader reader)
    {
        if (reader.Node("axis") is JsonArray) Axes = reader.Ints("axis");
        else if (reader.Has("axis")) Axes = [reader.Int("axis")];
    }

    /// <summary>
    /// The axes along which norms are taken; default the first: the inputs of each unit of a dense layer. A convolution's kernel
    /// <c>(rows, columns, inputs, outputs)</c> needs <c>[0, 1, 2]</c>.
    /// </summary>
    /// <exception cref="ArgumentException">There is no axis.</exception>
    public IReadOnlyList<int> Axes
    {
        get;
        init => field = value is { Count: > 0 } ? value : throw new ArgumentException("Axes must name at least one axis. Received: none.", nameof(value));
    }
    = [0];

    /// <summary>The norm that each norm is to become.</summary>
    private protected abstract Tensor Desired(Tensor norms);

    /// <inheritdoc/>
    public override Tensor Call(Tensor w)
    {
        ArgumentNullException.ThrowIfNull(w);
        var norms = Ops.Sqrt(Ops.Sum(Ops.Square(w), [.. Axes], keepDimensions: true));
        return w * (Desired(norms) / (norms + KerasMath.Epsilon));
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig() => new() { ["axis"] = Axes.Count == 1 ? Axes[0] : KerasJson.Integers(Axes) };
}
