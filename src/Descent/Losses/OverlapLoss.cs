using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>A loss on how little predicted and true regions overlap.</summary>
public abstract class OverlapLoss : Loss
{
    private protected OverlapLoss()
    {
    }

    private protected OverlapLoss(ConfigReader reader)
        : base(reader)
        => Axes = reader.Node("axis") switch
        {
            null => null,
            JsonArray => reader.Ints("axis"),
            _ => [reader.Int("axis")],
        };

    /// <summary>The axes that make up a region, such as <c>[1, 2, 3]</c> for one region per image; default null: all, which gives one number for the batch.</summary>
    public IReadOnlyList<int>? Axes { get; init; }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["axis"] = Axes switch
        {
            null => null,
            [var axis] => axis,
            _ => KerasJson.Integers(Axes),
        };
        return config;
    }

    private protected override bool JudgesTogether => Axes is null || Axes.Contains(0);

    private protected Tensor Sum(Tensor x) => Ops.Sum(x, Axes is null ? null : [.. Axes]);
}
