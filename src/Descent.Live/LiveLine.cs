using System.Text.Json;

namespace Descent.Live;

/// <summary>One line of a chart, of any length in bounded memory: when there are too many points, neighbours become one, and so do values from then on.</summary>
internal sealed class LiveLine(string chart, string name)
{
    /// <summary>More than a screen has columns for.</summary>
    public const int MostPoints = 2000;

    private const int Clean = int.MaxValue;

    private readonly List<LivePoint> _points = [];
    private int _samplesOfAPoint = 1;
    private int _samplesInLast;
    private int _changedFrom = Clean;

    /// <summary>The points, in order.</summary>
    public IReadOnlyList<LivePoint> Points => _points;

    /// <summary>Whether there is something that <see cref="WriteTo"/> has not written as a change.</summary>
    public bool IsChanged => _changedFrom != Clean;

    /// <summary>Adds a sample.</summary>
    public void Add(in LivePoint sample)
    {
        if (_points.Count > 0 && _samplesInLast < _samplesOfAPoint)
        {
            _points[^1] = _points[^1].With(sample);
            _samplesInLast++;
        }
        else
        {
            if (_points.Count == MostPoints) Halve();
            _points.Add(sample);
            _samplesInLast = 1;
        }

        _changedFrom = Math.Min(_changedFrom, _points.Count - 1);
    }

    /// <summary>Writes the line: all of it, or from the first point on that has changed since the last time that changes were written.</summary>
    /// <remarks>Who has the points before <c>from</c> has them all then, so a change may arrive twice.</remarks>
    public void WriteTo(Utf8JsonWriter json, bool changesAlone)
    {
        var from = changesAlone ? Math.Min(_changedFrom, _points.Count) : 0;
        if (changesAlone) _changedFrom = Clean;
        json.WriteStartObject();
        json.WriteString("chart", chart);
        json.WriteString("line", name);
        json.WriteNumber("from", from);
        json.WriteStartArray("points");
        for (var i = from; i < _points.Count; i++)
        {
            var point = _points[i];
            json.WriteStartArray();
            json.WriteNumberValue(Math.Round(point.X, 1));
            foreach (var value in (ReadOnlySpan<double>)[point.Mean, point.Low, point.High])
            {
                // Single precision is more than a picture shows, and half as long.
                if (float.IsFinite((float)value)) json.WriteNumberValue((float)value);
                else json.WriteNullValue();
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Halve()
    {
        for (var i = 0; i < MostPoints / 2; i++) _points[i] = _points[2 * i].With(_points[2 * i + 1]);
        _points.RemoveRange(MostPoints / 2, MostPoints / 2);
        _samplesOfAPoint *= 2;
        _changedFrom = 0;
    }
}
