namespace Descent.Layers;

/// <summary>Collects what layers add to the loss while a step of training or evaluation runs on this thread.</summary>
internal sealed class ExtraLosses
{
    [ThreadStatic]
    private static ExtraLosses? t_current;

    private readonly List<Tensor> _losses = [];
    private ExtraLosses? _outer;

    /// <summary>The collection of the step that runs on this thread, if one does.</summary>
    public static ExtraLosses? Current => t_current;

    /// <summary>Begins to collect; disposing the result ends it.</summary>
    public Scope Open()
    {
        _losses.Clear();
        _outer = t_current;
        t_current = this;
        return new Scope(this);
    }

    public void Add(Tensor loss) => _losses.Add(loss);

    /// <summary>The loss and everything that was collected, which counts once.</summary>
    public Tensor AddTo(Tensor loss)
    {
        foreach (var extra in _losses) loss += extra;
        _losses.Clear();
        return loss;
    }

    internal readonly ref struct Scope(ExtraLosses owner)
    {
        public void Dispose() => t_current = owner._outer;
    }
}
