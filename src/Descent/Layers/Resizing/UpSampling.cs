using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>What layers that enlarge their spatial axes have in common.</summary>
public abstract class UpSampling : SpatialLayer
{
    private protected const string Nearest = "nearest";

    private protected UpSampling(int axes, PerAxis size)
        : base(axes) => Size = size.For(axes, nameof(Size));

    private protected UpSampling(int axes, ConfigReader reader)
        : base(axes, reader) => Size = ReadPerAxis(reader, "size", 2).For(axes, "size");

    /// <summary>How many times as large each spatial axis becomes.</summary>
    public PerAxis Size { get; }

    private protected override Tensor Compute(Tensor x)
    {
        for (var i = Axes - 1; i >= 0; i--) x = Ops.Repeat(x, Size[i], i + 1);
        return x;
    }

    private protected override Shape OutputShape(Shape input)
    {
        var shape = input.ToArray();
        for (var i = 0; i < Axes; i++)
            if (shape[i + 1] >= 0) shape[i + 1] = checked(shape[i + 1] * Size[i]);
        return Shape.Create(shape);
    }

    private protected override JsonObject? BuildConfig() => WriteBuildShapes();

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["size"] = Axes == 1 ? Size[0] : KerasJson.Integers(Size);
        if (HasDataFormat) MoveLast(config, "data_format");
        return config;
    }
}
