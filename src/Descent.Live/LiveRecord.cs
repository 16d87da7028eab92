using System.Buffers;
using System.Diagnostics;
using System.Text.Json;

namespace Descent.Live;

/// <summary>All that the page shows, in bounded memory. The training writes, the server reads; any thread may call.</summary>
internal sealed class LiveRecord
{
    // A model has a few; names that callbacks invent on and on are not drawn.
    private const int MostLines = 200;

    private readonly Lock _turn = new();
    private readonly OrderedDictionary<(string Chart, string Line), LiveLine> _lines = [];
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private LiveStatus _status = new();
    private bool _isNew;

    /// <summary>Where the training stands.</summary>
    public LiveStatus Status
    {
        get
        {
            lock (_turn) return _status;
        }
    }

    /// <summary>The lines, by chart and name.</summary>
    public IReadOnlyDictionary<(string Chart, string Line), LiveLine> Lines => _lines;

    /// <summary>Begins anew: another training.</summary>
    public void Begin(LiveStatus status)
    {
        lock (_turn)
        {
            _lines.Clear();
            (_status, _isNew) = (status, true);
        }
    }

    /// <summary>Changes where the training stands.</summary>
    public void Update(Func<LiveStatus, LiveStatus> change)
    {
        lock (_turn) _status = change(_status);
    }

    /// <summary>Adds a sample to a line, which appears with its first.</summary>
    public void Add(string chart, string line, in LivePoint sample)
    {
        lock (_turn)
        {
            if (!_lines.TryGetValue((chart, line), out var found))
            {
                if (_lines.Count == MostLines) return;
                _lines.Add((chart, line), found = new LiveLine(chart, line));
            }

            found.Add(sample);
        }
    }

    /// <summary>Everything, as JSON, for who knows nothing yet.</summary>
    public byte[] Snapshot()
    {
        lock (_turn) return Write(changesAlone: false);
    }

    /// <summary>What has changed since the last call, as JSON.</summary>
    public byte[] Changes()
    {
        lock (_turn)
        {
            var isNew = _isNew;
            _isNew = false;
            return Write(changesAlone: !isNew);
        }
    }

    private byte[] Write(bool changesAlone)
    {
        _buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_buffer))
        {
            json.WriteStartObject();
            json.WriteBoolean("whole", !changesAlone);
            _status.WriteTo(json, Stopwatch.GetTimestamp());
            json.WriteStartArray("lines");
            foreach (var line in _lines.Values)
                if (!changesAlone || line.IsChanged) line.WriteTo(json, changesAlone);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return _buffer.WrittenSpan.ToArray();
    }
}
