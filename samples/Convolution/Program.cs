using System.Globalization;
using Descent;
using Descent.Data;
using Descent.Layers;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// Digits as hands draw them; or those of two CSV files, to train and to test on, whose last column is the label.
var (x, y) = args is [var train, _] ? Load(train) : Images(DrawnDigits.Generate(2000, seed: 1, size: 12));
var (xTest, yTest) = args is [_, var test] ? Load(test) : Images(DrawnDigits.Generate(1000, seed: 2, size: 12));

RandomSeed.Set(42); // the same result each time
var model = new Sequential([
    new Rescaling(1 / Ops.Max(x).Item()) { InputShape = x.Shape[1..] },
    new Conv2D(32, kernelSize: (3, 3), activation: "relu") { Padding = "same" },
    new Conv2D(64, kernelSize: (3, 3), activation: "relu"),
    new MaxPooling2D(poolSize: (2, 2)),
    new Dropout(0.25),
    new Flatten(),
    new Dense(128, "relu"),
    new Dropout(0.5),
    new Dense(10, "softmax"),
]);
model.Summary();

model.Compile(optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"]);
model.Fit(x, y, epochs: 30, batchSize: 32, validationSplit: 0.1);

var score = model.Evaluate(xTest, yTest);
Console.WriteLine($"test loss: {score.Loss:0.000}, test accuracy: {score["accuracy"]:0.000}");

// One row per image becomes (images, height, width, channels).
static (Tensor X, int[] Y) Images((float[,] X, int[] Y) rows)
{
    var side = (int)Math.Sqrt(rows.X.GetLength(1));
    return (Ops.Reshape(rows.X, [-1, side, side, 1]), rows.Y);
}

static (Tensor X, int[] Y) Load(string path)
{
    var table = CsvTable.Read(path);
    var label = table.Columns[^1];
    return Images((table.Without(label.Name).ToArray(), Array.ConvertAll(label.Numbers, Convert.ToInt32)));
}
