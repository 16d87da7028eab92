// Draws what training looks like, as SVG pictures, and compares optimizers, into the folder given as argument (or the current one).
using Descent;
using Descent.Layers;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;

var folder = args.Length > 0 ? args[0] : ".";
Directory.CreateDirectory(folder);
string At(string name) => Path.Combine(folder, name);

RandomSeed.Set(1);
var (x, y) = Spirals(600);

var model = Create();
model.Compile("adam", "binary_crossentropy", ["accuracy"]);
model.Plot(At("model.svg"));
File.WriteAllText(At("model.md"), $"```mermaid\n{model.ToMermaid()}```\n");

LearningRateCurve curve = new LearningRateFinder { Minimum = 1e-5 }.Find(model, x, y);
curve.Plot(At("rates.svg"));

History history = model.Fit(x, y, epochs: 80, validationSplit: 0.25, verbose: 0);
history.Plot(At("history.svg"));

var schedule = new Warmup(new CosineDecayRestarts(1e-2, firstDecaySteps: 2000), steps: 500);
schedule.Plot(At("schedule.svg"), steps: 10000);

var comparison = new OptimizerComparison(Create, "binary_crossentropy", ["accuracy"])
{
    Optimizers = ["sgd", new SGD { Name = "momentum", Momentum = 0.9 }, "rmsprop", "adam", "lion"],
    LearningRates = [0.1, 0.01, 0.001],
    Epochs = 40,
};
ComparisonResult result = comparison.Run(x, y, validationSplit: 0.25);
Console.WriteLine(result);
result.Plot(At("comparison.svg"));
result.SaveReport(At("comparison.html"));

Console.WriteLine($"Drew comparison.svg, history.svg, model.svg, rates.svg and schedule.svg into {folder}.");

static Model Create()
{
    var inputs = Keras.Input([2]);
    var hidden = new Dense(32, "relu").Apply(inputs);
    var deeper = new Dense(32, "relu").Apply(new Dense(32, "relu").Apply(hidden));
    var outputs = new Dense(1, "sigmoid").Apply(hidden + deeper);
    return new Model(inputs, outputs, "spirals");
}

// Points on two arms that wind around each other, and which arm each is on.
static (Tensor X, Tensor Y) Spirals(int count)
{
    var points = new float[count, 2];
    var arms = new float[count, 1];
    for (var i = 0; i < count; i++)
    {
        // Neighbours in the table lie far apart, so that its last quarter is of the same kind.
        var (arm, along) = (i % 2, i * 0.6180339887 % 1);
        var (angle, radius) = (Math.PI * (2.5 * along + arm), 0.2 + along + 0.05 * Math.Sin(37 * i));
        (points[i, 0], points[i, 1], arms[i, 0]) = ((float)(radius * Math.Cos(angle)), (float)(radius * Math.Sin(angle)), arm);
    }

    return (Tensor.From(points), Tensor.From(arms));
}
