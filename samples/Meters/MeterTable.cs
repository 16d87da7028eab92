using System.Diagnostics.Metrics;

namespace Meters;

/// <summary>Listens to the meter of Descent: adds up what is counted, and keeps the last of what is measured.</summary>
internal sealed class MeterTable : IDisposable
{
    private readonly SortedDictionary<string, (Instrument Instrument, double Value, int Measurements)> _rows = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    public MeterTable()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Descent") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument, value));
        _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument, value));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    public void Print()
    {
        foreach (var (name, (instrument, value, measurements)) in _rows)
        {
            // How long a step takes is another time each time.
            var shown = instrument is Histogram<double> ? $"{measurements} measurements" : $"{value:0.####}";
            Console.WriteLine($"{name,-32} {instrument.Unit,-12} {shown}");
        }
    }

    private void Add(Instrument instrument, double value)
    {
        _rows.TryGetValue(instrument.Name, out var row);
        _rows[instrument.Name] = (instrument, instrument is Counter<long> ? row.Value + value : value, row.Measurements + 1);
    }
}
