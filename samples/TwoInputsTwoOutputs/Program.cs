using System.Globalization;
using Descent;
using Descent.Layers;
using Descent.Losses;
using Descent.Optimizers;
using TwoInputsTwoOutputs;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var tickets = Tickets.Generate(2000, seed: 1);
var tests = Tickets.Generate(500, seed: 2);

// Titles become the numbers of their words, with 0 behind the end.
var words = new TextVectorization { OutputSequenceLength = 8 };
words.Adapt(tickets.Titles);

RandomSeed.Set(42); // the same result each time
var titleInput = Keras.Input([8], dtype: DType.Int32, name: "title");
var tagsInput = Keras.Input([Tickets.Tags.Length], name: "tags");

var titleFeatures = new Embedding(words.VocabularySize, 16) { MaskZero = true }.Apply(titleInput);
titleFeatures = new GRU(32).Apply(titleFeatures);
var x = new Concatenate().Apply([titleFeatures, tagsInput]);

var priority = new Dense(1, "sigmoid") { Name = "priority" }.Apply(x);
var department = new Dense(Tickets.Departments.Length, "softmax") { Name = "department" }.Apply(x);
var model = new Model([titleInput, tagsInput], [priority, department]);
model.Summary();

model.Compile(
    optimizer: new Adam(1e-2),
    loss: new() { ["priority"] = new BinaryCrossentropy(), ["department"] = new SparseCategoricalCrossentropy() },
    metrics: new() { ["priority"] = ["accuracy"], ["department"] = ["accuracy"] },
    lossWeights: new() { ["priority"] = 1, ["department"] = 0.5 });
model.Fit(Inputs(tickets), Targets(tickets), epochs: 10, batchSize: 32);

var score = model.Evaluate(Inputs(tests), Targets(tests));
Console.WriteLine($"test accuracy: priority {score["priority_accuracy"]:0.000}, department {score["department_accuracy"]:0.000}");

var answers = model.PredictAll(Inputs(tests));
var departments = Ops.ArgMax(answers["department"], -1).ToInt32Array();
for (var i = 0; i < 3; i++)
    Console.WriteLine($"'{tests.Titles[i]}' ({tests.NameTags(i)}) to {Tickets.Departments[departments[i]]}, {(answers["priority"][i, 0] > 0.5f ? "urgent" : "not urgent")}");

Tensors Inputs(Tickets tickets) => new() { ["title"] = words.Apply(tickets.Titles), ["tags"] = tickets.TagsOf };

static Tensors Targets(Tickets tickets) => new() { ["priority"] = tickets.IsUrgent, ["department"] = tickets.DepartmentOf };
