using System.Text.Json.Nodes;

namespace Descent.Constraints;

/// <summary>Sets negative elements to 0: <c>max(w, 0)</c>.</summary>
public sealed class NonNeg : Constraint
{
    /// <inheritdoc/>
    public override Tensor Call(Tensor w) => Ops.Maximum(w, 0f);

    /// <inheritdoc/>
    public override JsonObject GetConfig() => [];

    /// <summary>Makes the constraint from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">No arguments.</param>
    /// <returns>A new constraint.</returns>
    /// <exception cref="ArgumentException">An argument was given.</exception>
    public static NonNeg FromConfig(JsonObject config) => ConfigReader.Read(config, _ => new NonNeg());
}
