using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>What pooling layers have in common: a window that makes one number of many.</summary>
public abstract class Pooling : WindowLayer
{
    private PerAxis? _strides;

    private protected Pooling(int axes, PerAxis? poolSize)
        : base(axes) => PoolSize = (poolSize ?? 2).For(axes, nameof(PoolSize));

    private protected Pooling(int axes, ConfigReader reader)
        : base(axes, reader)
    {
        PoolSize = ReadPerAxis(reader, "pool_size", 2).For(axes, "pool_size");
        Strides = ReadPerAxis(reader, "strides", PoolSize);
    }

    /// <summary>The size of the window on each spatial axis.</summary>
    public PerAxis PoolSize { get; }

    /// <summary>How far apart the windows lie, 1 or more; default <see cref="PoolSize"/>, so that they do not overlap.</summary>
    /// <exception cref="ArgumentException">A number is less than 1, or they are neither one nor one per axis.</exception>
    public PerAxis Strides
    {
        get => _strides ?? PoolSize;
        init => _strides = value.For(Axes, nameof(Strides));
    }

    private protected override PerAxis WindowSize => PoolSize;

    private protected override PerAxis WindowStrides => Strides;

    private protected override Shape OutputShape(Shape input) => Shape.Create([input[0], .. OutputAxes(input), input[^1]]);

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["pool_size"] = KerasJson.Integers(PoolSize);
        config["padding"] = Padding;
        config["strides"] = KerasJson.Integers(Strides);
        MoveLast(config, "data_format");
        return config;
    }
}

/// <summary>Layers that keep the largest number of each window. The gradient goes to the first of equals.</summary>
public abstract class MaxPooling : Pooling
{
    private protected MaxPooling(int axes, PerAxis? poolSize)
        : base(axes, poolSize)
    {
    }

    private protected MaxPooling(int axes, ConfigReader reader)
        : base(axes, reader)
    {
    }

    private protected override Tensor Compute(Tensor x) => Ops.MaxPool(x, WindowOver(x));
}

/// <summary>Layers that keep the mean of each window; what lies beyond the edge does not count.</summary>
public abstract class AveragePooling : Pooling
{
    private protected AveragePooling(int axes, PerAxis? poolSize)
        : base(axes, poolSize)
    {
    }

    private protected AveragePooling(int axes, ConfigReader reader)
        : base(axes, reader)
    {
    }

    private protected override Tensor Compute(Tensor x) => Ops.AveragePool(x, WindowOver(x));
}
