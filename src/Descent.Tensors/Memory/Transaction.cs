namespace Descent.Memory;

/// <summary>
/// Remembers the value that each variable had before its first change on this thread, so that a step that fails half-way can be taken
/// back whole. Disposed without <see cref="Commit"/>, it restores.
/// </summary>
internal sealed class Transaction : IDisposable
{
    [ThreadStatic]
    private static Transaction? t_current;

    private readonly Dictionary<Variable, float[]> _before = [];
    private readonly Transaction? _outer = t_current;
    private bool _committed;

    public Transaction() => t_current = this;

    public static Transaction? Current => t_current;

    public void Remember(Variable variable)
    {
        if (!_before.ContainsKey(variable)) _before.Add(variable, variable.View.Cells.ToArray());
    }

    /// <summary>Keeps the changes. An outer transaction can still take them back.</summary>
    public void Commit() => _committed = true;

    public void Dispose()
    {
        t_current = _outer;
        foreach (var (variable, before) in _before)
        {
            _outer?.Remember(variable, before);
            if (!_committed) variable.Restore(before);
        }
    }

    private void Remember(Variable variable, float[] before) => _before.TryAdd(variable, before);
}
