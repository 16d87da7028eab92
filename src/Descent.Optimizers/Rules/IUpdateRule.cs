namespace Descent.Optimizers;

/// <summary>
/// The formula of an elementwise optimizer, written once over lanes. <see cref="RuleOptimizer"/> runs it over all variables in one pass, at
/// every SIMD width and on all threads, with clipping, decay and averaging in the same pass.
/// </summary>
/// <remarks>
/// A rule is a small readonly struct. Its fields are the constants of one step, such as <c>1 - beta</c>, computed in double and rounded
/// once. Use only the operations of <see cref="ILane{TSelf}"/>: the result is then the same bits at every width, and nothing can throw half-way
/// through a step. (A rule is tried on one element before the step changes anything.)
/// </remarks>
/// <example><code>
/// public readonly struct HeavyBallRule(float learningRate, float momentum) : IUpdateRule
/// {
///     public void Update&lt;L&gt;(ref L w, L g, ref L m, ref L _, ref L __) where L : struct, ILane&lt;L&gt;
///     {
///         m = m * L.Create(momentum) - g * L.Create(learningRate);
///         w += m;
///     }
/// }
/// </code></example>
public interface IUpdateRule
{
    /// <summary>Updates some elements of one variable.</summary>
    /// <typeparam name="L">The lane.</typeparam>
    /// <param name="w">The weights.</param>
    /// <param name="g">Their gradients.</param>
    /// <param name="s0">The first slot of state, in the order of <see cref="RuleOptimizer.AddSlots"/>.</param>
    /// <param name="s1">The second slot.</param>
    /// <param name="s2">The third slot.</param>
    void Update<L>(ref L w, L g, ref L s0, ref L s1, ref L s2) where L : struct, ILane<L>;
}
