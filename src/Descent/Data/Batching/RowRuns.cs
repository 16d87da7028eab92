namespace Descent.Data;

/// <summary>Rows in pieces that follow each other where they lie, to be copied or read at once.</summary>
internal ref struct RowRuns(ReadOnlySpan<int> rows)
{
    private readonly ReadOnlySpan<int> _rows = rows;
    private int _next;

    /// <summary>The first row of a piece, its place among the rows, and how many there are.</summary>
    public (int First, int Place, int Count) Current { get; private set; }

    public readonly RowRuns GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_next == _rows.Length) return false;
        var place = _next++;
        while (_next < _rows.Length && _rows[_next] == _rows[_next - 1] + 1) _next++;
        Current = (_rows[place], place, _next - place);
        return true;
    }
}
