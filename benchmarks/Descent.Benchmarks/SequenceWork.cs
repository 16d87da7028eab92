using Descent.Layers;

namespace Descent.Benchmarks;

/// <summary>The models over sequences of benchmarks/peers/torch_peer.py.</summary>
internal static class SequenceWork
{
    private const int Classes = 10;

    /// <summary>Each with the shape of a sample and the samples of a step.</summary>
    public static readonly (string Name, Func<Layer[]> Layers, Shape Sample, int Batch)[] All =
    [
        ("lstm 100x32-64 b32", () => [new LSTM(64), new Dense(Classes)], [100, 32], 32),
        ("gru 100x32-64 b32", () => [new GRU(64), new Dense(Classes)], [100, 32], 32),
        ("transformer 2x128 h4 t64 b16", () => [new Encoder(128, 4, 512), new Encoder(128, 4, 512), new GlobalAveragePooling1D(), new Dense(Classes)], [64, 128], 16),
    ];

    /// <summary>A layer of a transformer that normalizes after each part, as the first ones did.</summary>
    private sealed class Encoder : Layer
    {
        private readonly MultiHeadAttention _attention;
        private readonly Dense _wide;
        private readonly Dense _narrow;
        private readonly LayerNormalization _first;
        private readonly LayerNormalization _second;

        public Encoder(int width, int heads, int inner)
        {
            _attention = Track(new MultiHeadAttention(heads, width / heads));
            _wide = Track(new Dense(inner, "relu"));
            _narrow = Track(new Dense(width));
            (_first, _second) = (Track(new LayerNormalization { Epsilon = 1e-3 }), Track(new LayerNormalization { Epsilon = 1e-3 }));
        }

        public override Tensor Call(Tensor x, bool training = false)
        {
            var y = _first.Apply(x + _attention.Apply([x, x], training), training);
            return _second.Apply(y + _narrow.Apply(_wide.Apply(y, training), training), training);
        }
    }
}
