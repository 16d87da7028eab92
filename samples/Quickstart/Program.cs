using Descent;
using Descent.Data;
using Descent.Layers;

// Digits as hands draw them; or those of two CSV files, to train and to test on, whose last column is the label.
var (x, y) = args is [var train, _] ? Load(train) : DrawnDigits.Generate(3000, seed: 1);
var (xTest, yTest) = args is [_, var test] ? Load(test) : DrawnDigits.Generate(1000, seed: 2);

RandomSeed.Set(42); // the same result each time
var model = new Sequential([
    new Rescaling(1 / x.Cast<float>().Max()) { InputShape = [x.GetLength(1)] },
    new Dense(256, "relu"),
    new Dropout(0.5),
    new Dense(256, "relu"),
    new Dropout(0.5),
    new Dense(10, "softmax"),
]);
model.Compile(optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"]);
model.Summary();
model.Fit(x, y, epochs: 50, batchSize: 32, validationSplit: 0.1);

var result = model.Evaluate(xTest, yTest);
Console.WriteLine($"test accuracy: {result["accuracy"]:0.000}");

static (float[,] X, int[] Y) Load(string path)
{
    var table = CsvTable.Read(path);
    var label = table.Columns[^1];
    return (table.Without(label.Name).ToArray(), Array.ConvertAll(label.Numbers, Convert.ToInt32));
}
