using System.Text.Json.Nodes;

namespace Descent.Constraints;

/// <summary>Scales vectors to length 1: <c>w / (‖w‖ + ε)</c>.</summary>
public sealed class UnitNorm : NormConstraint
{
    /// <summary>Creates the constraint.</summary>
    public UnitNorm()
    {
    }

    private UnitNorm(ConfigReader reader)
        : base(reader)
    {
    }

    private protected override Tensor Desired(Tensor norms) => 1f;

    /// <summary>Makes the constraint from what <see cref="NormConstraint.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new constraint.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static UnitNorm FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new UnitNorm(reader));
}
