using System.Runtime.CompilerServices;
using Descent.Losses;

namespace Descent.Training;

/// <summary>
/// A loss as <c>Compile</c> takes it: a name, which may depend on the shapes (<c>"crossentropy"</c>), or an object; for a model with several outputs
/// also a list of those, or by name <c>new() { ["age"] = "mse" }</c>.
/// </summary>
[CollectionBuilder(typeof(CompileLoss), nameof(Create))]
public sealed class CompileLoss : Bundle<CompileLoss>
{
    /// <summary>Creates an empty one, to be filled by the names of outputs.</summary>
    public CompileLoss()
        : base(ReadOnlySpan<CompileLoss>.Empty)
    {
    }

    private CompileLoss(ReadOnlySpan<CompileLoss> losses)
        : base(losses)
    {
    }

    private CompileLoss(string? name, Loss? loss)
        : base(ReadOnlySpan<CompileLoss>.Empty)
        => (Identifier, Loss) = (name, loss);

    /// <summary>The name that was given; null for an object and for a list.</summary>
    public string? Identifier { get; }

    /// <summary>The loss; null for a list, and as long as only the shapes can tell which one a name means.</summary>
    public Loss? Loss { get; }

    /// <summary>Whether this is one loss and not a list.</summary>
    internal bool IsLeaf => Identifier is not null || Loss is not null;

    /// <summary>All losses in it, in order.</summary>
    internal IEnumerable<CompileLoss> Flat => IsLeaf ? [this] : this.SelectMany(l => l.Flat);

    /// <summary>Makes one of a list: a loss for each output.</summary>
    /// <param name="losses">The losses.</param>
    public static CompileLoss Create(params ReadOnlySpan<CompileLoss> losses) => new(losses);

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

    /// <summary>The loss for targets and predictions of these shapes.</summary>
    internal Loss Resolve(Shape yTrue, Shape yPred) => Loss ?? Loss.Resolve(Identifier!, yTrue, yPred);
}
