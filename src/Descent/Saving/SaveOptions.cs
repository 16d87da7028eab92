namespace Descent;

/// <summary>What <see cref="Model.Save"/> writes.</summary>
public sealed class SaveOptions
{
    /// <summary>Whether optimizer, loss and metrics are written, and the optimizer's state. Default true.</summary>
    public bool IncludeOptimizer { get; init; } = true;
}
