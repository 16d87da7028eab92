using Descent.Callbacks;
using Descent.Data;
using Descent.Layers;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;

namespace Descent.Training.Process;

/// <summary>A way to train.</summary>
internal sealed record Scenario(Func<Model> MakeModel, Func<Model, Callback[], History> Fit, Func<string, Callback[]> MakeCallbacks, SaveFrequency SaveFreq)
{
    private const int Epochs = 8;
    private const int Samples = 203;
    private const int Features = 12;

    private static readonly Tensor X = Tensor.From([.. Enumerable.Range(0, Samples * Features).Select(i => MathF.Sin(i * 0.37f))], [Samples, Features]);
    private static readonly Tensor Y = Tensor.From([.. Enumerable.Range(0, Samples).Select(i => (float)(i * 7 % 3))], [Samples]);

    public static IReadOnlyDictionary<string, Scenario> All { get; } = new Dictionary<string, Scenario>
    {
        // Everything by arrays: shuffling, a split, metrics, callbacks that count and change the rate.
        ["arrays"] = new(
            () => Compiled(new Sequential(Layers()), new Adam(0.01) { UseEma = true, EmaOverwriteFrequency = 11, GradientAccumulationSteps = 2 }),
            (model, callbacks) => model.Fit(X, Y, batchSize: 8, epochs: Epochs, validationSplit: 0.2, verbose: 0, callbacks: callbacks),
            folder =>
            [
                new EarlyStopping { Patience = 6, RestoreBestWeights = true },
                new ReduceLROnPlateau { Patience = 1, Factor = 0.5, Cooldown = 1 },
                new ModelCheckpoint(Path.Combine(folder, "model.{epoch:02d}-{batch:02d}.weights.h5")) { SaveFreq = 23, SaveWeightsOnly = true, Keep = 2 },
            ],
            SaveFreq: 3),

        // A schedule, and epochs that end before the data does.
        ["schedule"] = new(
            () => Compiled(new Sequential(Layers()), new SGD(new ExponentialDecay(0.1, 20, 0.9)) { Momentum = 0.9 }),
            (model, callbacks) => model.Fit(X, Y, batchSize: 8, epochs: Epochs, stepsPerEpoch: 17, verbose: 0, callbacks: callbacks),
            _ => [new EarlyStopping("loss") { Patience = 6 }],
            SaveFreq: 4),

        // A class of the user's, which has no config, saved by epochs.
        ["subclass"] = new(
            () => Compiled(new Residual(), "adamw"),
            (model, callbacks) => model.Fit(X, Y, batchSize: 16, epochs: Epochs, validationData: (X, Y), verbose: 0, callbacks: callbacks),
            _ => [new LearningRateScheduler((_, rate) => rate * 0.9)],
            SaveFreq: "epoch"),

        // A step of the user's, with a metric of its own.
        ["step"] = new(
            () => Compiled(new OwnStep(), new RMSprop(0.005) { Momentum = 0.5 }),
            (model, callbacks) => model.Fit(X, Y, batchSize: 8, epochs: Epochs, verbose: 0, callbacks: callbacks),
            _ => [],
            SaveFreq: 5),

        // Batches that are shuffled twice, without end, and prepared in the background; recurrent layers that remember.
        ["batches"] = new(
            () => Compiled(new Sequential([new Reshape([3, 4]), new LSTM(5) { Dropout = 0.2, RecurrentDropout = 0.1 }, new Dense(3, "softmax")]), "nadam"),
            (model, callbacks) => model.Fit(
                Batches.From(X, Y, batchSize: 8, shuffle: true).Shuffle(5).Repeat().Prefetch(2), epochs: Epochs, stepsPerEpoch: 21,
                validationData: Batches.From(X, Y, batchSize: 64, shuffle: true), verbose: 0, callbacks: callbacks),
            _ => [new ReduceLROnPlateau { Patience = 1 }],
            SaveFreq: 4),
    };

    private static Layer[] Layers() =>
        [new Dense(24, "relu") { InputShape = [Features] }, new BatchNormalization(), new Dropout(0.3), new GaussianNoise(0.1), new Dense(3, "softmax")];

    private static Model Compiled(Model model, Optimizer optimizer)
    {
        model.Compile(optimizer, "sparse_categorical_crossentropy", metrics: ["accuracy", new Metrics.SparseCategoricalCrossentropy()]);
        return model;
    }

    private sealed class Residual : Model
    {
        private readonly Dense _inner, _outer, _last;
        private readonly Dropout _dropout;

        public Residual() =>
            (_inner, _dropout, _outer, _last) = (Track(new Dense(8, "tanh")), Track(new Dropout(0.2)), Track(new Dense(Features)), Track(new Dense(3, "softmax")));

        public override Tensor Call(Tensor x, bool training = false) =>
            _last.Apply(x + _outer.Apply(_dropout.Apply(_inner.Apply(x, training), training), training), training);
    }

    private sealed class OwnStep : Model
    {
        private readonly Layer[] _layers;
        private readonly Metrics.Mean _mean;

        public OwnStep()
        {
            _layers = Layers();
            foreach (var layer in _layers) Track(layer);
            _mean = TrackMetric(new Metrics.Mean { Name = "largest" });
        }

        public override Tensor Call(Tensor x, bool training = false) => _layers.Aggregate(x, (y, layer) => layer.Apply(y, training));

        protected override Logs TrainStep(Batch batch)
        {
            using var tape = new GradientTape();
            var predicted = Apply(batch.X, training: true);
            var loss = ComputeLoss(batch.Inputs, batch.Targets, predicted, batch.SampleWeights);
            Optimizer!.Apply(tape.Gradient(loss, TrainableVariables), TrainableVariables);
            _mean.UpdateState(Ops.Max(predicted));
            var logs = ComputeMetrics(loss, batch.Targets, predicted, batch.SampleWeights);
            logs["largest"] = _mean.Result().Item();
            return logs;
        }
    }
}
