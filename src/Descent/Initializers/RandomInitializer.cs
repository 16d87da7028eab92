using System.Text.Json.Nodes;
using Descent.RandomNumbers;

namespace Descent.Initializers;

/// <summary>An initializer that draws random numbers: the same seed and shape give the same values, on any number of threads.</summary>
public abstract class RandomInitializer : Initializer
{
    /// <summary>Creates a random initializer.</summary>
    protected RandomInitializer()
    {
    }

    private protected RandomInitializer(ConfigReader reader) => Seed = reader.NullableLong("seed");

    /// <summary>The seed; default null: every call takes the next one that follows from <see cref="RandomSeed"/>.</summary>
    public long? Seed { get; init; }

    /// <inheritdoc/>
    public override JsonObject GetConfig() => new() { ["seed"] = Seed };

    /// <summary>The generator for one call.</summary>
    private protected Philox NewGenerator() => new(Seed is long seed ? (ulong)seed : RandomSeed.Next());
}
