namespace Descent.Optimizers;

/// <summary>
/// The end of a step whose length depends on norms: when the sweep has left the direction of each variable in a slot, one pass measures
/// weights and directions and another steps, <c>w -= scale · direction</c>.
/// </summary>
internal sealed class DirectionPass(IReadOnlyList<Variable> variables, Variable[] directions, bool isShared)
{
    // Norms must not depend on how many other variables are here.
    private readonly Sweep _sweep = new([.. variables], []) { Share = isShared ? OptimizerShare.Alone : null };

    /// <summary>The norm of each variable after <see cref="Measure"/>.</summary>
    public double[] WeightNorms { get; } = new double[directions.Length];

    /// <summary>The norm of each direction after <see cref="Measure"/>.</summary>
    public double[] DirectionNorms { get; } = new double[directions.Length];

    /// <summary>What each direction is multiplied with.</summary>
    public float[] Scale => _sweep.Scale;

    /// <summary>Takes the norms of variables and directions.</summary>
    /// <param name="step">Holds the gradients of the step; variables without one, or that it does not work on, are left out.</param>
    public void Measure(Sweep step)
    {
        Norms(step, variables, WeightNorms);
        Norms(step, directions, DirectionNorms);
    }

    /// <summary>Steps.</summary>
    /// <param name="step">Holds the gradients of the step and says which variables it works on.</param>
    public void Run(Sweep step)
    {
        Place(step, directions);
        _sweep.Run(default(SubtractRule));
        Array.Clear(_sweep.Gradients);
    }

    private void Norms(Sweep step, IReadOnlyList<Variable> measured, double[] norms)
    {
        Place(step, measured);
        var sums = _sweep.SumsOfSquares();
        for (var i = 0; i < norms.Length; i++) norms[i] = Math.Sqrt(sums[i]);
    }

    private void Place(Sweep step, IReadOnlyList<Variable> places)
    {
        for (var i = 0; i < places.Count; i++) _sweep.Gradients[i] = step.IsSwept(i) ? places[i].View : null;
    }
}
