using Descent.Losses;

namespace Descent.Training;

/// <summary>A loss as <c>Compile</c> takes it: a name, which may depend on the shapes (<c>"crossentropy"</c>), or an object.</summary>
public readonly struct CompileLoss
{
    private CompileLoss(string? name, Loss? loss) => (Identifier, Loss) = (name, loss);

    /// <summary>The name that was given; null for an object.</summary>
    public string? Identifier { get; }

    /// <summary>The loss; null as long as only the shapes can tell which one a name means.</summary>
    public Loss? Loss { get; }

    /// <summary>Takes a loss by name.</summary>
    /// <param name="name">One of Keras' names or aliases.</param>
    /// <exception cref="ArgumentException">There is no such loss.</exception>
    public static implicit operator CompileLoss(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new CompileLoss(name, Targets.IsCrossentropy(name) ? null : Loss.Get(name));
    }

    /// <summary>Takes a loss.</summary>
    /// <param name="loss">The loss.</param>
    public static implicit operator CompileLoss(Loss loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return new CompileLoss(null, loss);
    }
}
