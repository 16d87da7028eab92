namespace Descent.Optimizers;

/// <summary>Looks at the gradients of a step.</summary>
/// <param name="optimizer">The outermost optimizer.</param>
/// <param name="gradients">As they were given: still multiplied with the loss scale, not clipped; null where there is none.</param>
/// <param name="variables">Their variables, in the same order; there may be more.</param>
internal delegate void StepObserver(Optimizer optimizer, IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables);
