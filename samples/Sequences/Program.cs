using System.Globalization;
using Descent;
using Descent.Layers;
using Descent.Optimizers;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Length = 30;

// The adding problem: of a sequence of numbers two are marked, and their sum is asked for.
var (x, y) = Generate(5000, seed: 1);
var (xTest, yTest) = Generate(1000, seed: 2);

RandomSeed.Set(42); // the same result each time
var model = new Sequential([
    new LSTM(32) { InputShape = [Length, 2] },
    new Dense(1),
]);
model.Summary();

model.Compile(optimizer: new Adam(learningRate: 5e-3) { ClipNorm = 1 }, loss: "mse", metrics: ["mae"]);
model.Fit(x, y, epochs: 25, batchSize: 50, validationSplit: 0.1);

var score = model.Evaluate(xTest, yTest);
Console.WriteLine($"test error: {score["mae"]:0.000}, of a guess that is always 1: {Ops.Mean(Ops.Abs((Tensor)yTest - 1f)).Item():0.000}");
foreach (var (answer, sum) in model.Predict(xTest).ToArray().Zip(yTest).Take(3))
    Console.WriteLine($"{answer:0.00} for {sum:0.00}");

// Steps of (number in [0, 1), mark); one mark is in the first half, the other in the second.
static (float[,,] X, float[] Y) Generate(int count, int seed)
{
    var random = new Random(seed);
    var (x, y) = (new float[count, Length, 2], new float[count]);
    for (var i = 0; i < count; i++)
    {
        for (var step = 0; step < Length; step++) x[i, step, 0] = random.NextSingle();
        foreach (var marked in new[] { random.Next(Length / 2), random.Next(Length / 2, Length) })
        {
            x[i, marked, 1] = 1;
            y[i] += x[i, marked, 0];
        }
    }

    return (x, y);
}
