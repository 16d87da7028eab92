namespace Descent;

/// <summary>Is told during a backward pass which gradients are complete, while others are still being computed.</summary>
internal interface IGradientObserver
{
    /// <summary>No operation that is left to go through adds to a gradient.</summary>
    /// <param name="source">The place of the variable among the sources.</param>
    /// <param name="gradient">Its gradient.</param>
    void Complete(int source, Tensor gradient);
}
