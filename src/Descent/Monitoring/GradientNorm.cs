using System.Diagnostics;
using Descent.Kernels;
using Descent.Optimizers;

namespace Descent.Monitoring;

/// <summary>Takes the Euclidean norm of all gradients, without loss scale and before clipping, in those steps for which it is asked to: a pass over all gradients is not free.</summary>
internal sealed class GradientNorm
{
    // In a large model a pass takes many milliseconds: it may have this part of the time.
    private const int PassesBetween = 200;

    private readonly StepObserver _observer;
    private Optimizer? _watched;
    private long _affordableFrom;
    private long? _cost;

    public GradientNorm() => _observer = Take;

    /// <summary>The norm that was taken since <see cref="Watch"/>; null if no step was.</summary>
    public double? Value { get; private set; }

    /// <summary>Whether another norm now would still take next to no time beside the training since the last one.</summary>
    public bool IsAffordable => Stopwatch.GetTimestamp() >= _affordableFrom;

    /// <summary>Takes the norm of the steps to come. <see cref="Unwatch"/> must follow.</summary>
    public void Watch(Optimizer optimizer)
    {
        Unwatch();
        _watched = optimizer;
        optimizer.StepBegun += _observer;
    }

    /// <summary>Takes no more, and forgets what it took.</summary>
    public void Unwatch()
    {
        Value = null;
        if (_watched is null) return;
        _watched.StepBegun -= _observer;
        _watched = null;
    }

    private unsafe void Take(Optimizer optimizer, IReadOnlyList<Tensor?> gradients, IReadOnlyList<Variable> variables)
    {
        var began = Stopwatch.GetTimestamp();

        // Unscaled first: the squares of a scaled loss may be too large for float32.
        var scale = 1 / optimizer.ScaleLoss(Tensor.Scalar(1f)).Item();
        var sum = 0.0;
        for (var i = 0; i < gradients.Count; i++)
        {
            if (gradients[i] is not { } gradient) continue;
            fixed (float* values = gradient.AsSpan()) sum += Reduction.SumOfSquaresInChunks(values, gradient.Length, scale);
        }

        Value = Math.Sqrt(sum);

        // The first pass is compiled, and others may be interrupted: what it costs is the least.
        var now = Stopwatch.GetTimestamp();
        _affordableFrom = now + (_cost is null ? 0 : _cost.Value * PassesBetween);
        _cost = Math.Min(_cost ?? long.MaxValue, now - began);
    }
}
