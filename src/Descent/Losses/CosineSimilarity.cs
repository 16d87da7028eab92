using System.Text.Json.Nodes;

namespace Descent.Losses;

/// <summary>The negative cosine of the angle between targets and predictions: <c>-Σ y · p / (‖y‖ ‖p‖)</c>; -1 where they point the same way.</summary>
public sealed class CosineSimilarity : Loss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="axis">The axis along which the vectors lie; default the last.</param>
    public CosineSimilarity(int axis = -1) => Axis = axis;

    private CosineSimilarity(ConfigReader reader)
        : base(reader)
        => Axis = reader.Int("axis", -1);

    /// <summary>The axis along which the vectors lie.</summary>
    public int Axis { get; }

    /// <inheritdoc/>
    public override Tensor Call(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(nameof(CosineSimilarity), yTrue, yPred);
        return -Ops.Sum(KerasMath.Normalize(yTrue, Axis) * KerasMath.Normalize(yPred, Axis), [Axis]);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["axis"] = Axis;
        return config;
    }

    /// <summary>Makes the loss from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new loss.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static CosineSimilarity FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new CosineSimilarity(reader));
}
