using System.Globalization;
using System.Runtime.InteropServices;

namespace Descent.Monitoring;

/// <summary>A file of events that TensorBoard reads, in the form of TensorFlow 2: every value is a tensor, and its metadata names the part of TensorBoard that shows it.</summary>
internal sealed class EventFile : IDisposable
{
    // Fields and enumerations of TensorFlow's event.proto, summary.proto, tensor.proto, tensor_shape.proto and types.proto.
    private const int EventTime = 1, EventStep = 2, EventVersion = 3, EventSummary = 5;
    private const int SummaryValue = 1, ValueTag = 1, ValueTensor = 8, ValueMetadata = 9;
    private const int MetadataPlugin = 1, MetadataClass = 4, PluginName = 1, PluginContent = 2;
    private const int TensorType = 1, TensorShape = 2, TensorContent = 4, TensorFloat = 5, TensorString = 8;
    private const int ShapeDimension = 2, DimensionSize = 1;
    private const int FloatType = 1, DoubleType = 2, StringType = 7;
    private const int ScalarClass = 1, TensorClass = 2;

    private static int s_files;

    private readonly FileStream _stream;
    private readonly TimeProvider _clock;

    /// <summary>Creates a file of its own in a folder, which is created if it is not there.</summary>
    /// <exception cref="IOException">It cannot be created.</exception>
    public EventFile(string folder, TimeProvider clock)
    {
        _clock = clock;
        Directory.CreateDirectory(folder);
        var name = string.Create(
            CultureInfo.InvariantCulture,
            $"events.out.tfevents.{clock.GetUtcNow().ToUnixTimeSeconds()}.{Environment.MachineName}.{Environment.ProcessId}.{Interlocked.Increment(ref s_files)}.v2");
        _stream = new FileStream(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        RecordWriter.Write(_stream, Event().Add(EventVersion, "brain.Event:2").Bytes);
    }

    /// <summary>Adds a value to a curve.</summary>
    public void Scalar(string tag, double value, long step) =>
        Write(tag, "scalars", ScalarClass, Tensor(FloatType).Add(TensorFloat, (float)value), step);

    /// <summary>Adds a histogram of the finite ones of the values.</summary>
    public void Histogram(string tag, ReadOnlySpan<float> values, long step)
    {
        var buckets = HistogramBuckets.Of(values);
        Write(tag, "histograms", TensorClass, Tensor(DoubleType, buckets.Length / 3, 3).Add(TensorContent, MemoryMarshal.AsBytes<double>(buckets)), step);
    }

    /// <summary>Adds a text in Markdown.</summary>
    public void Text(string tag, string text, long step) => Write(tag, "text", TensorClass, Tensor(StringType).Add(TensorString, text), step);

    /// <summary>Adds the config of a Keras model, which TensorBoard draws as a graph.</summary>
    public void KerasModel(string json) => Write("keras", "graph_keras_model", dataClass: null, Tensor(StringType).Add(TensorString, json), 0, "1"u8);

    /// <summary>Hands what was written to the system, so that a reader sees it.</summary>
    public void Flush() => _stream.Flush();

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Write(string tag, string plugin, int? dataClass, ProtobufMessage tensor, long step, ReadOnlySpan<byte> content = default)
    {
        var metadata = new ProtobufMessage().Add(MetadataPlugin, new ProtobufMessage().Add(PluginName, plugin).Add(PluginContent, content));
        if (dataClass is { } number) metadata.Add(MetadataClass, number);
        var value = new ProtobufMessage().Add(ValueTag, tag).Add(ValueMetadata, metadata).Add(ValueTensor, tensor);
        RecordWriter.Write(_stream, Event().Add(EventStep, step).Add(EventSummary, new ProtobufMessage().Add(SummaryValue, value)).Bytes);
    }

    private ProtobufMessage Event() => new ProtobufMessage().Add(EventTime, (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds);

    private static ProtobufMessage Tensor(int type, params ReadOnlySpan<int> shape)
    {
        var dimensions = new ProtobufMessage();
        foreach (var size in shape) dimensions.Add(ShapeDimension, new ProtobufMessage().Add(DimensionSize, size));
        return new ProtobufMessage().Add(TensorType, type).Add(TensorShape, dimensions);
    }
}
