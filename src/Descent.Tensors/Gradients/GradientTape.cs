namespace Descent;

/// <summary>
/// Records operations so that their gradients can be computed. Trainable variables are watched by themselves, other tensors by
/// <see cref="Watch"/>. Tapes nest, and gradients are ordinary operations: an outer tape gives gradients of gradients.
/// </summary>
/// <remarks>
/// Disposing a tape stops recording; <see cref="Gradient(Tensor, IReadOnlyList{Variable}, Tensor?)"/> may follow, more than once. A tape belongs to the thread that
/// made it.
/// </remarks>
/// <example><code>
/// using var tape = new GradientTape();
/// Tensor loss = Ops.Mean(Ops.Square(model.Call(x, training: true) - y));
/// Tensor?[] gradients = tape.Gradient(loss, model.TrainableVariables);
/// </code></example>
public sealed class GradientTape : IDisposable
{
    private readonly Recording _recording;
    private readonly int _start;
    private readonly int _generation;
    private bool _stopped;

    /// <summary>Starts recording the operations of this thread.</summary>
    public GradientTape()
    {
        _recording = Recording.Begin();
        _start = _recording.Count;
        _generation = _recording.Generation;
    }

    /// <summary>Makes gradients with respect to a tensor available.</summary>
    /// <param name="tensor">A float32 tensor, before it is used.</param>
    /// <exception cref="ArgumentException">The tensor is not float32.</exception>
    public void Watch(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.DType != DType.Float32)
            throw new ArgumentException($"Only float32 tensors have gradients. Received: {tensor.DType.KerasName()}.", nameof(tensor));
        RequireAlive();
        if (_recording.Find(tensor) is null) _recording.Watch(tensor);
    }

    /// <summary>The gradients of a tensor with respect to variables, in their order.</summary>
    /// <param name="target">The tensor to differentiate; if it is no scalar, the sum of its elements.</param>
    /// <param name="sources">The variables.</param>
    /// <param name="outputGradient">The gradient that arrives at the target, of its shape; ones when absent.</param>
    /// <returns>One tensor per variable, of its shape; <see langword="null"/> where the target does not depend on it.</returns>
    /// <exception cref="InvalidOperationException">A variable has changed since the tape used its value.</exception>
    public Tensor?[] Gradient(Tensor target, IReadOnlyList<Variable> sources, Tensor? outputGradient = null)
    {
        ArgumentNullException.ThrowIfNull(sources);
        var tensors = new Tensor[sources.Count];
        for (var i = 0; i < tensors.Length; i++)
        {
            ArgumentNullException.ThrowIfNull(sources[i], nameof(sources));
            tensors[i] = sources[i].View;
        }

        return Gradient(target, tensors, outputGradient);
    }

    /// <summary>The gradient of a tensor with respect to one variable.</summary>
    /// <param name="target">The tensor to differentiate.</param>
    /// <param name="source">The variable.</param>
    /// <returns>A tensor of its shape; <see langword="null"/> where the target does not depend on it.</returns>
    public Tensor? Gradient(Tensor target, Variable source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Gradient(target, [source.View])[0];
    }

    /// <summary>The gradient of a tensor with respect to one watched tensor.</summary>
    /// <param name="target">The tensor to differentiate.</param>
    /// <param name="source">The watched tensor.</param>
    /// <returns>A tensor of its shape; <see langword="null"/> where the target does not depend on it.</returns>
    public Tensor? Gradient(Tensor target, Tensor source) => Gradient(target, [source])[0];

    /// <summary>The gradients of a tensor with respect to watched tensors, in their order.</summary>
    /// <param name="target">The tensor to differentiate; if it is no scalar, the sum of its elements.</param>
    /// <param name="sources">Watched tensors, or results of recorded operations.</param>
    /// <param name="outputGradient">The gradient that arrives at the target, of its shape; ones when absent.</param>
    /// <returns>One tensor per source, of its shape; <see langword="null"/> where the target does not depend on it.</returns>
    /// <exception cref="ArgumentException">The target is not float32, or the output gradient has another shape.</exception>
    public Tensor?[] Gradient(Tensor target, IReadOnlyList<Tensor> sources, Tensor? outputGradient = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(sources);
        for (var i = 0; i < sources.Count; i++) ArgumentNullException.ThrowIfNull(sources[i], nameof(sources));
        var gradients = new Tensor?[sources.Count];
        Gradient(target, [.. sources], gradients, outputGradient);
        return gradients;
    }

    /// <summary>The same into an array of the caller's, and for an observer who may not wait until all gradients are there.</summary>
    internal void Gradient(Tensor target, ReadOnlySpan<Tensor> sources, Span<Tensor?> gradients, Tensor? outputGradient = null, IGradientObserver? observer = null)
    {
        if (target.DType != DType.Float32)
            throw new ArgumentException($"Only float32 tensors have gradients. Received a target of {target.DType.KerasName()}.", nameof(target));
        if (outputGradient is not null && outputGradient.Shape != target.Shape)
            throw new ArgumentException($"The output gradient must have the target's shape {target.Shape}. Received: {outputGradient.Shape}.", nameof(outputGradient));
        if (outputGradient is not null && outputGradient.DType != DType.Float32)
            throw new ArgumentException($"The output gradient must be float32. Received: {outputGradient.DType.KerasName()}.", nameof(outputGradient));

        RequireAlive();
        gradients.Clear();
        if (_recording.Find(target) is not { } end) return;
        if (!_stopped) _recording.Pause();
        _recording.BeginPass();
        try
        {
            Mark(sources, end);
            end.Incoming = outputGradient ?? Tensor.Ones(target.Shape);
            if (observer is not null) MarkFirstUses(sources, end);
            for (var i = end.Index; i >= _start; i--)
            {
                Propagate(_recording[i]);
                if (observer is not null) Tell(observer, _recording[i]);
            }

            for (var i = 0; i < gradients.Length; i++) gradients[i] = _recording.Find(sources[i])?.Incoming;
        }
        finally
        {
            _recording.EndPass(_start);
            if (!_stopped) _recording.Resume();
        }
    }

    /// <summary>Stops recording. Gradients can still be computed.</summary>
    public void Dispose()
    {
        if (_stopped) return;
        _stopped = true;
        if (_recording.Generation == _generation) _recording.End(); // the end of a training step has stopped its tapes
    }

    private void RequireAlive()
    {
        if (_recording.Generation != _generation)
            throw new InvalidOperationException("A tape of a training step must be used within that step: what it recorded is gone. Make a new tape in each step.");
    }

    // Only what lies between the sources and the target is worth differentiating.
    private void Mark(ReadOnlySpan<Tensor> sources, Node end)
    {
        foreach (var source in sources)
            if (_recording.Find(source) is { } node)
                node.Needed = node.Requested = true;
        for (var i = _start; i <= end.Index; i++)
        {
            var node = _recording[i];
            for (var e = 0; e < node.EdgeCount && !node.Needed; e++) node.Needed = node[e].Parent is { Needed: true };
        }
    }

    private void MarkFirstUses(ReadOnlySpan<Tensor> sources, Node end)
    {
        for (var s = 0; s < sources.Length; s++)
            if (_recording.Find(sources[s]) is { Index: < 0 } leaf) leaf.Source = s;
        for (var i = _start; i <= end.Index; i++)
        {
            var node = _recording[i];
            for (var e = 0; e < node.EdgeCount; e++)
                if (node[e].Parent is { Index: < 0, Requested: true, FirstUse: < 0 } leaf) leaf.FirstUse = i;
        }
    }

    private static void Tell(IGradientObserver observer, Node node)
    {
        for (var e = 0; e < node.EdgeCount; e++)
        {
            if (node[e].Parent is not { Index: < 0 } leaf || leaf.FirstUse != node.Index) continue;
            leaf.FirstUse = -1;
            if (leaf.Incoming is { } gradient) observer.Complete(leaf.Source, gradient);
        }
    }

    private static void Propagate(Node node)
    {
        if (node.Incoming is null || !node.Needed) return;
        for (var e = 0; e < node.EdgeCount; e++)
        {
            ref var edge = ref node[e];
            if (edge.Parent is not { Needed: true } parent) continue;
            parent.Receive(Ops.SumTo(edge.Backward!(node), edge.Input.Shape));
        }

        if (!node.Requested) node.Incoming = null;
    }
}
