using System.Runtime.InteropServices;
using Descent.Layers;
using Descent.Optimizers;
using Descent.Threading;

namespace Descent.Tests.Training;

/// <summary>The number of threads belongs to the process, so these tests run apart from others.</summary>
[Collection(nameof(ThreadsTests))]
[CollectionDefinition(nameof(ThreadsTests), DisableParallelization = true)]
public class ThreadsTests
{
    private const int Rows = 1100;
    private const int Inputs = 200;

    // The options and the optimizers that sum over a variable, or over all of them, are those that threads could part.
    private static readonly Dictionary<string, Func<Optimizer>> Optimizers = new()
    {
        ["AdamW, global clip norm, averages"] = () => new AdamW { GlobalClipNorm = 0.5, WeightDecay = 0.01, UseEma = true, EmaMomentum = 0.9, EmaOverwriteFrequency = 25 },
        ["SGD, momentum, clip norm"] = () => new SGD(0.05) { Momentum = 0.9, Nesterov = true, ClipNorm = 0.3 },
        ["RMSprop, accumulated gradients"] = () => new RMSprop { Centered = true, Momentum = 0.5, GradientAccumulationSteps = 3 },
        ["Lamb"] = () => new Lamb(),
        ["Adafactor"] = () => new Adafactor(0.01),
        ["Muon"] = () => new Muon(),
        ["Nadam, lookahead, loss scale"] = () => new LossScaleOptimizer(new Lookahead(new Nadam { GlobalClipNorm = 1 })),
    };

    public static TheoryData<string> Names => [.. Optimizers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_WholeTrainingOnAnyNumberOfThreads_GivesTheSameBits(string optimizer)
    {
        var alone = Train(threads: 1, optimizer);

        Assert.True(alone.Loss[^1] < 0.9 * alone.Loss[0], $"The model must learn. Received losses: {string.Join(" ", alone.Loss)}.");
        foreach (var threads in new[] { 2, 3, 8 })
        {
            var shared = Train(threads, optimizer);
            Assert.Equal(alone.Values.Select(v => v.Name), shared.Values.Select(v => v.Name));
            foreach (var ((name, one), (_, many)) in alone.Values.Zip(shared.Values))
                Assert.True(one.AsSpan().SequenceEqual(many), $"{name} must have the same bits on 1 and {threads} threads.");
        }
    }

    [Theory]
    [InlineData("LSTM")]
    [InlineData("GRU")]
    [InlineData("SimpleRNN")]
    [InlineData("ConvLSTM1D")]
    public void Recurrence_OnAnyNumberOfThreads_GivesTheSameBits(string layer)
    {
        var alone = Differentiate(threads: 1, layer);
        foreach (var threads in new[] { 2, 3 })
        {
            var shared = Differentiate(threads, layer);
            for (var i = 0; i < alone.Count; i++)
                Assert.True(alone[i].AsSpan().SequenceEqual(shared[i]), $"Result {i} must have the same bits on 1 and {threads} threads.");
        }
    }

    // Outputs with and without a mask, and the gradients, of a recurrence that is large enough to be cut into pieces.
    private static List<byte[]> Differentiate(int threads, string kind)
    {
        var previous = Workers.Count;
        Workers.SetCount(threads);
        try
        {
            RandomSeed.Set(7);
            Recurrent layer = kind switch
            {
                "LSTM" => new LSTM(70) { ReturnSequences = true },
                "GRU" => new GRU(70) { ReturnSequences = true },
                "SimpleRNN" => new SimpleRNN(70) { ReturnSequences = true },
                _ => new ConvLSTM1D(17, 3) { Padding = "same", ReturnSequences = true },
            };
            Shape shape = kind == "ConvLSTM1D" ? [37, 6, 31, 9] : [37, 23, 33];
            var x = Tensor.From([.. Enumerable.Range(0, shape.Size).Select(i => MathF.Sin(i * (1 + i % 7)))], shape);
            var mask = Tensor.From([.. Enumerable.Range(0, shape[0] * shape[1]).Select(i => i % 5 != 2)], shape[..2]);
            List<byte[]> results = [];
            foreach (var given in (Tensor?[])[null, mask])
            {
                using var tape = new GradientTape();
                tape.Watch(x);
                var y = layer.Apply(x, given, training: true);
                var gradients = tape.Gradient(Ops.Sum(Ops.Square(y)), [x, .. layer.TrainableVariables.Select(v => (Tensor)v)]);
                results.AddRange(gradients.Append(y).Select(t => Bits<float>(t!.ToArray())));
            }

            return results;
        }
        finally
        {
            Workers.SetCount(previous);
        }
    }

    // 128 steps of products, activations, dropout and updates, each large enough to be cut into pieces. Weights, state and history, as bits.
    private static (List<(string Name, byte[] Bits)> Values, IReadOnlyList<double> Loss) Train(int threads, string optimizer)
    {
        var previous = Workers.Count;
        Workers.SetCount(threads);
        try
        {
            RandomSeed.Set(7);
            var x = Tensor.From([.. Enumerable.Range(0, Rows * Inputs).Select(i => MathF.Sin(i * (1 + i % 7)))], [Rows, Inputs]);
            var y = Tensor.From([.. Enumerable.Range(0, Rows).Select(i => i * i % 10)]);
            var model = new Sequential(
            [
                new Dense(600, "relu") { KernelRegularizer = "l2" },
                new Dropout(0.3),
                new Dense(300, "gelu"),
                new Dense(10, "softmax"),
            ]);
            var trained = Optimizers[optimizer]();
            model.Compile(trained, "sparse_categorical_crossentropy", metrics: ["accuracy"]);
            var history = model.Fit(x, y, batchSize: 64, epochs: 8, validationSplit: 0.1, verbose: 0);
            return (
                [
                    .. model.Weights.Concat(trained.Variables).Select(v => (v.Path, Bits<float>(v.View.Cells))),
                    .. history.Metrics.Select(m => (m.Key, Bits<double>([.. m.Value]))),
                ],
                history["loss"]);
        }
        finally
        {
            Workers.SetCount(previous);
        }
    }

    private static byte[] Bits<T>(Span<T> values)
        where T : struct
        => MemoryMarshal.AsBytes(values).ToArray();
}
