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

    public void Open()
    {
        _losses.Clear();
        _outer = t_current;
        t_current = this;
    }

    public void Close() => t_current = _outer;

    public void Add(Tensor loss) => _losses.Add(loss);

    /// <summary>The loss and everything that was added to it.</summary>
    public Tensor AddTo(Tensor loss)
    {
        foreach (var extra in _losses) loss += extra;
        return loss;
    }
}
