using Descent;
using Descent.Data;
using Descent.Layers;

// The model of samples/Quickstart up to its first step, without its 4,000 digits, summary and bar: what benchmarks/start measures.
var (x, y) = DrawnDigits.Generate(32, seed: 1);
var model = new Sequential([
    new Rescaling(1.0) { InputShape = [x.GetLength(1)] },
    new Dense(256, "relu"),
    new Dropout(0.5),
    new Dense(256, "relu"),
    new Dropout(0.5),
    new Dense(10, "softmax"),
]);
model.Compile(optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"]);
model.Fit(x, y, batchSize: 32, verbose: 0);
Console.WriteLine("first step");
