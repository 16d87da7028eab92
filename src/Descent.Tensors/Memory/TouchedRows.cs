namespace Descent.Memory;

/// <summary>The rows of a gradient that something was added to, in the order in which that happened first; all others are 0.</summary>
internal sealed class TouchedRows(int rows)
{
    private readonly bool[] _isTouched = new bool[rows];
    private readonly int[] _rows = new int[rows];
    private int _count;

    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, _count);

    public void Add(ReadOnlySpan<int> rows)
    {
        foreach (var row in rows)
        {
            if (_isTouched[row]) continue;
            _isTouched[row] = true;
            _rows[_count++] = row;
        }
    }

    public void Clear()
    {
        foreach (var row in Rows) _isTouched[row] = false;
        _count = 0;
    }
}
