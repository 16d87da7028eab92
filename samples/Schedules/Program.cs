using Descent;
using Descent.Data;
using Descent.Layers;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;

// The rates of steps 0, 250, 500, 750 and 1000.
Show(new Constant(0.1));
Show(new ExponentialDecay(initialLearningRate: 0.1, decaySteps: 500, decayRate: 0.5));
Show(new InverseTimeDecay(initialLearningRate: 0.1, decaySteps: 500, decayRate: 1));
Show(new PiecewiseConstantDecay(boundaries: [300, 800], values: [0.1, 0.05, 0.01]));
Show(new PolynomialDecay(initialLearningRate: 0.1, decaySteps: 1000) { EndLearningRate = 0, Power = 2 });
Show(new CosineDecay(initialLearningRate: 0.1, decaySteps: 1000));
Show(new CosineDecayRestarts(initialLearningRate: 0.1, firstDecaySteps: 500) { TMul = 1, MMul = 0.5 });
Show(new OneCycle(maxLearningRate: 0.1, totalSteps: 1001));
Show(new WarmupStableDecay(0.1, warmupSteps: 250, stableSteps: 500, decaySteps: 250) { Alpha = 0.1 });
Show(new Warmup(new CosineDecay(initialLearningRate: 0.1, decaySteps: 500), steps: 500));
Show(new SequentialSchedule([0.1, new ExponentialDecay(0.1, decaySteps: 250, decayRate: 0.1)], boundaries: [500]));

// A rate for a model: a range test, then one cycle to the rate that it suggests.
RandomSeed.Set(1);
var (x, y) = DrawnDigits.Generate(2000, seed: 1);
var model = new Sequential([new Dense(64, "relu") { InputShape = [x.GetLength(1)] }, new Dense(10, "softmax")]);
model.Compile(optimizer: new Adam(), loss: "sparse_categorical_crossentropy", metrics: ["accuracy"]);

var curve = new LearningRateFinder { Minimum = 1e-6, Maximum = 1 }.Find(model, x, y, batchSize: 50);
model.Optimizer!.LearningRate = new OneCycle(maxLearningRate: curve.Suggestion!.Value, totalSteps: 10 * 2000 / 50);
model.Fit(x, y, epochs: 10, batchSize: 50, verbose: 0);
Console.WriteLine(model.Evaluate(x, y)["accuracy"] > 0.9 ? "learned" : $"not learned: {curve}");

static void Show(LearningRateSchedule schedule) =>
    Console.WriteLine($"{schedule.GetType().Name,-22} {string.Join(" ", new[] { 0, 250, 500, 750, 1000 }.Select(step => $"{schedule.At(step):0.0000}"))}");
