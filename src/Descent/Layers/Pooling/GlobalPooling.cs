using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>What global pooling layers have in common: they make one number of all positions.</summary>
public abstract class GlobalPooling : SpatialLayer
{
    private protected GlobalPooling(int axes)
        : base(axes)
    {
    }

    private protected GlobalPooling(int axes, ConfigReader reader)
        : base(axes, reader) => KeepDims = reader.Bool("keepdims", KeepDims);

    /// <summary>Whether the spatial axes stay, with size 1; default false.</summary>
    public bool KeepDims { get; init; }

    private protected abstract Tensor Reduce(Tensor x, int[] axes);

    private protected override Tensor Compute(Tensor x) => Reduce(x, [.. Enumerable.Range(1, Axes)]);

    // Where the channels are makes no difference to a reduction: nothing has to be moved.
    private protected override Tensor ComputeFirst(Tensor x) => Reduce(x, [.. Enumerable.Range(2, Axes)]);

    private protected override Shape OutputShape(Shape input) =>
        KeepDims ? Shape.Create([input[0], .. PerAxis.One.For(Axes, nameof(KeepDims)), input[^1]]) : Shape.Create([input[0], input[^1]]);

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["keepdims"] = KeepDims;
        return config;
    }
}

/// <summary>Layers that keep the largest number of all positions. The gradient is shared equally between equal ones.</summary>
public abstract class GlobalMaxPooling : GlobalPooling
{
    private protected GlobalMaxPooling(int axes)
        : base(axes)
    {
    }

    private protected GlobalMaxPooling(int axes, ConfigReader reader)
        : base(axes, reader)
    {
    }

    private protected override Tensor Reduce(Tensor x, int[] axes) => Ops.Max(x, axes, KeepDims);
}

/// <summary>Layers that keep the mean of all positions.</summary>
public abstract class GlobalAveragePooling : GlobalPooling
{
    private protected GlobalAveragePooling(int axes)
        : base(axes)
    {
    }

    private protected GlobalAveragePooling(int axes, ConfigReader reader)
        : base(axes, reader)
    {
    }

    private protected override Tensor Reduce(Tensor x, int[] axes) => Ops.Mean(x, axes, KeepDims);
}
