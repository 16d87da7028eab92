using System.Globalization;
using CustomTraining;
using Descent;
using Descent.Layers;
using Descent.Optimizers;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
KerasRegistry.Register<Linear>("Samples"); // so that configs with it can be read

// Random points, and what a network shall learn of them: the norm.
var random = new Random(1);
var x = new float[1000, 4];
var y = new float[1000, 1];
for (var i = 0; i < 1000; i++)
{
    for (var j = 0; j < 4; j++) x[i, j] = random.NextSingle();
    y[i, 0] = MathF.Sqrt(Enumerable.Range(0, 4).Sum(j => x[i, j] * x[i, j]));
}

RandomSeed.Set(42); // the same result each time
var inputs = Keras.Input([4]);
var outputs = new Linear(1).Apply(new Activation("relu").Apply(new Linear(32).Apply(inputs)));
var model = new CustomModel(inputs, outputs);
model.Summary();

model.Compile(optimizer: new Adam(1e-2)); // no loss, no metrics: the step has its own
model.Fit(x, y, epochs: 30, batchSize: 32);
Console.WriteLine($"error of the answers: {model.Evaluate(x, y)["mae"]:0.000}");

// The config says all about the layers; weights are copied.
var copy = Model.FromConfig(model.GetConfig());
copy.SetWeights([.. model.GetWeights()]);
Console.WriteLine($"largest difference of a copy: {Ops.Max(Ops.Abs(copy.Predict(x) - model.Predict(x))).Item()}");
