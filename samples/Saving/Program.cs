using System.Globalization;
using Descent;
using Descent.Callbacks;
using Descent.Data;
using Descent.Layers;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var folder = args.Length > 0 ? args[0] : "saved"; // kill the program while it trains, and start it again: it goes on, and ends with the same numbers
Directory.CreateDirectory(folder);
string Place(string name) => Path.Combine(folder, name);

RandomSeed.Set(42);
var (x, y) = DrawnDigits.Generate(1000, seed: 1);
var model = Network("digits", classes: 10);
model.Compile("adam", "sparse_categorical_crossentropy", metrics: ["accuracy"]);
var backup = new BackupAndRestore(Place("backup")) { SaveFreq = 10, DeleteCheckpoint = false };
model.Fit(x, y, epochs: 3, callbacks: [backup, new ModelCheckpoint(Place("digits.{epoch:02d}.weights.h5")) { SaveWeightsOnly = true, Keep = 2 }]);
model.Save(Place("digits.keras"));
backup.Delete(); // not before the result is safe
Console.WriteLine($"accuracy: {model.Evaluate(x, y)["accuracy"]:0.000}");

// Another program, or Keras, opens it and goes on: the optimizer where it was, and so is the dropout.
var loaded = Model.Load(Place("digits.keras"), out var report);
Console.WriteLine($"{report.Matched.Count} tensors read; after {loaded.Optimizer!.Iterations} steps");
model.Fit(x, y, epochs: 1, shuffle: false, verbose: 0);
loaded.Fit(x, y, epochs: 1, shuffle: false, verbose: 0);
Console.WriteLine($"a step further, the two differ by {Ops.Max(Ops.Abs(model.Predict(x) - loaded.Predict(x))).Item()}");

// Another task: is it a digit above 4? All but the head comes from the file.
var above = Network("above", classes: 2);
report = above.LoadWeights(Place("digits.keras"), new LoadOptions { ByName = true, Strict = false, Skip = ["^head/"] });
Console.WriteLine($"{report.Matched.Count} matched, {report.Skipped.Count} skipped, {report.Unexpected.Count} unexpected");

static Sequential Network(string name, int classes) => new(
    [
        new Dense(64, "relu") { Name = "body", InputShape = [256] },
        new Dropout(0.2) { Name = "dropout" },
        new Dense(classes, "softmax") { Name = "head" },
    ], name);
