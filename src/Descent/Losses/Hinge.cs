using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>The mean of <c>max(1 - y · p, 0)</c> along the last axis. Targets are -1 and 1; if all are 0 or 1, 0 means -1.</summary>
public sealed class Hinge : Loss
{
    /// <summary>Creates the loss.</summary>
    public Hinge()
    {
    }

    private Hinge(ConfigReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        return Ops.Mean(Margin(nameof(Hinge), yTrue, yPred), [-1]);
    }

    /// <summary>Makes the loss from what <see cref="Loss.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Hinge FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Hinge(reader));

    // 1 - y · p where that is positive: how far a prediction is on the wrong side of the margin.
    internal static Tensor Margin(string user, Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(user, yTrue, yPred);
        return Ops.Maximum(1f - Signs(yTrue) * yPred, 0f);
    }

    // Labels of 0 and 1 mean -1 and 1.
    private static Tensor Signs(Tensor labels)
    {
        foreach (var label in labels.Floats)
            if (label is not (0f or 1f))
                return labels;
        return 2f * labels - 1f;
    }
}

/// <summary>The mean of <c>max(1 - y · p, 0)²</c> along the last axis. Targets are -1 and 1; if all are 0 or 1, 0 means -1.</summary>
public sealed class SquaredHinge : Loss
{
    /// <summary>Creates the loss.</summary>
    public SquaredHinge()
    {
    }

    private SquaredHinge(ConfigReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        return Ops.Mean(Ops.Square(Hinge.Margin(nameof(SquaredHinge), yTrue, yPred)), [-1]);
    }

    /// <summary>Makes the loss from what <see cref="Loss.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static SquaredHinge FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new SquaredHinge(reader));
}
