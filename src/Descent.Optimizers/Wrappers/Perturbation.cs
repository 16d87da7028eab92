using System.Runtime.CompilerServices;

namespace Descent.Optimizers;

/// <summary>
/// Moves weights by a vector of given length along their gradients, and back: a norm pass, then a sweep that keeps the weights and moves them; where large weights
/// move further, another sweep before both that scales the gradients.
/// </summary>
/// <param name="variables">The weights.</param>
/// <param name="unperturbed">Keeps them.</param>
/// <param name="scaled">Takes the scaled gradients; null if all weights move alike.</param>
/// <param name="share">Those who have the other parts of the weights, if these are parts.</param>
internal sealed class Perturbation(Variable[] variables, Variable[] unperturbed, Variable[]? scaled, OptimizerShare? share)
{
    private readonly Sweep _move = new(variables, [unperturbed]) { Share = share };
    private readonly Sweep? _scale = scaled is null ? null : new(variables, [scaled]);

    /// <summary>Whether the weights are moved.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>The gradients; weights without one stay.</summary>
    public Tensor?[] Gradients => _move.Gradients;

    /// <summary>Moves the weights.</summary>
    /// <param name="rho">How far.</param>
    /// <param name="eta">Added to the size of each weight where they do not move alike.</param>
    /// <param name="lossScale">What the gradients are multiplied with.</param>
    /// <returns>Moves them back; null if the gradients have no direction, and nothing has moved.</returns>
    public IDisposable? Start(double rho, double eta, double lossScale)
    {
        if (_scale is not null) ScaleGradients(_scale, (float)eta);
        var sum = 0.0;
        foreach (var square in _move.SumsOfSquares((float)(1 / lossScale))) sum += square;
        if (!(sum > 0 && double.IsFinite(sum)))
        {
            Array.Clear(Gradients);
            return null;
        }

        _move.Scale.AsSpan().Fill((float)(rho / Math.Sqrt(sum) / lossScale));
        if (_scale is null) _move.Run(default(PerturbRule));
        else _move.Run(new AdaptivePerturbRule((float)eta));
        IsOpen = true;
        return new Scope(this);
    }

    private void ScaleGradients(Sweep scale, float eta)
    {
        Gradients.CopyTo(scale.Gradients, 0);
        scale.Scale.AsSpan().Fill(1f);
        scale.Run(new ScaleRule(eta));
        Array.Clear(scale.Gradients);
        for (var i = 0; i < variables.Length; i++)
            if (Gradients[i] is not null) Gradients[i] = scaled![i].View;
    }

    private void End()
    {
        for (var i = 0; i < variables.Length; i++)
            if (Gradients[i] is not null) variables[i].Assign(unperturbed[i]);
        Array.Clear(Gradients);
        IsOpen = false;
    }

    private sealed class Scope(Perturbation perturbation) : IDisposable
    {
        private Perturbation? _open = perturbation;

        public void Dispose()
        {
            _open?.End();
            _open = null; // a second call must not end a later one
        }
    }
}

/// <summary>Keeps the weights and moves them along the gradient: <c>s = w;  w += g</c>.</summary>
internal readonly struct PerturbRule : IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L s, ref L _, ref L __) where L : struct, ILane<L>
    {
        s = w;
        w += g;
    }
}

/// <summary>Scales gradients with the size of the weights: <c>u = (|w| + eta) · g</c>.</summary>
internal readonly struct ScaleRule(float eta) : IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L u, ref L _, ref L __) where L : struct, ILane<L> => u = (L.Abs(w) + L.Create(eta)) * g;
}

/// <summary>Keeps the weights and moves them by scaled gradients: <c>s = w;  w += (|w| + eta) · u</c>.</summary>
internal readonly struct AdaptivePerturbRule(float eta) : IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L u, ref L s, ref L _, ref L __) where L : struct, ILane<L>
    {
        s = w;
        w += (L.Abs(w) + L.Create(eta)) * u;
    }
}
