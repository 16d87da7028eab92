using System.Diagnostics.Metrics;

namespace Descent.Tests.Monitoring;

/// <summary>Listens to instruments of the meter "Descent" and keeps the measurements of one model, as tests run beside each other.</summary>
internal sealed class MeasurementRecorder : IDisposable
{
    private const string ModelTag = "descent.model.name";

    private readonly MeterListener _listener = new();
    private readonly string _model;

    public MeasurementRecorder(string model, params string[] instruments)
    {
        _model = model;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name != "Descent") return;
            Instruments.Add(instrument);
            if (instruments.Length == 0 || instruments.Contains(instrument.Name)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.Start();
    }

    public List<Instrument> Instruments { get; } = [];

    public List<(string Name, double Value, KeyValuePair<string, object?>[] Tags)> Measurements { get; } = [];

    public double[] Of(string name) => [.. Measurements.Where(m => m.Name == name).Select(m => m.Value)];

    public void Dispose() => _listener.Dispose();

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var tag in tags)
            if (tag.Key == ModelTag && (string?)tag.Value == _model) Measurements.Add((instrument.Name, value, tags.ToArray()));
    }
}
