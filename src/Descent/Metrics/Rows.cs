using Descent.Losses;

namespace Descent.Metrics;

/// <summary>The scores of a batch, row by row: the last axis is that of the classes.</summary>
internal readonly ref struct Rows
{
    private readonly ReadOnlySpan<float> _values;
    private readonly int _classes;

    public Rows(Tensor scores)
    {
        scores = Targets.Float(scores);
        if (scores.Rank == 0)
            throw new ArgumentException("Scores must have a last axis of classes. Received: shape ().", nameof(scores));
        _values = scores.Floats;
        _classes = scores.Shape[^1];
    }

    /// <summary>The scores of a row.</summary>
    public ReadOnlySpan<float> this[int row] => _values.Slice(row * _classes, _classes);

    /// <summary>The first class with the highest score.</summary>
    public int Highest(int row)
    {
        var scores = this[row];
        var highest = 0;
        for (var i = 1; i < scores.Length; i++)
            if (scores[i] > scores[highest])
                highest = i;
        return highest;
    }

    /// <summary>Whether fewer than k classes have a higher score than this one.</summary>
    public bool IsAmongHighest(int row, int label, int k)
    {
        var scores = this[row];
        var score = scores[label];
        var higher = 0;
        foreach (var other in scores)
            if (!(other <= score))
                higher++;
        return higher < k && !float.IsNaN(score);
    }

    /// <summary>Whether a class is one of the first k values of the row.</summary>
    public bool IsAmongFirst(int row, int label, int k) => this[row][..Math.Min(k, _classes)].Contains(label);

    /// <summary>Marks the k highest scores; of equal ones the first.</summary>
    public void MarkHighest(int row, int k, Span<bool> marks)
    {
        var scores = this[row];
        marks.Clear();
        for (var n = 0; n < Math.Min(k, scores.Length); n++)
        {
            var highest = -1;
            for (var i = 0; i < scores.Length; i++)
                if (!marks[i] && (highest < 0 || scores[i] > scores[highest]))
                    highest = i;
            marks[highest] = true;
        }
    }
}
