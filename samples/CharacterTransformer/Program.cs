using System.Globalization;
using CharacterTransformer;
using Descent;
using Descent.Data;
using Descent.Layers;
using Descent.Losses;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;

const int Context = 128, EmbedDim = 128, NumHeads = 4, NumBlocks = 3, BatchSize = 16, Epochs = 5;

// Learns to write like a text file, in a number of steps of training; without arguments like a few pages of Shakespeare.
var text = TextFile.Read(args is [var path, ..] ? path : Path.Combine(AppContext.BaseDirectory, "coriolanus.txt"));
var steps = args switch { [_, var given] => int.Parse(given, CultureInfo.InvariantCulture), [_] => 3000, _ => 300 };

var vocabulary = CharacterVocabulary.Of(text);
var tokens = vocabulary.Encode(text);
var split = tokens.Length * 9 / 10;
RandomSeed.Set(42); // the same result each time
var train = Batches.NextTokens(tokens[..split], Context, batchSize: BatchSize, shuffle: true);
var validation = Batches.NextTokens(tokens[split..], Context, sequenceStride: Context);

var inputs = Keras.Input([-1], dtype: DType.Int32);
var x = new TokenAndPositionEmbedding(Context, vocabulary.Size, EmbedDim).Apply(inputs);
for (var block = 0; block < NumBlocks; block++) x = TransformerBlock(x);
x = new LayerNormalization().Apply(x);
var outputs = new Dense(vocabulary.Size).Apply(x);
var model = new Model(inputs, outputs);

model.Compile(
    optimizer: new AdamW(new CosineDecay(0, decaySteps: 0.9 * steps) { WarmupTarget = 2e-3, WarmupSteps = 0.1 * steps }) { Beta2 = 0.99, WeightDecay = 0.1 },
    loss: new SparseCategoricalCrossentropy { FromLogits = true });
Console.WriteLine($"{text.Length} characters, {vocabulary.Size} different ones; {model.CountParams()} weights");
model.Fit(train.Repeat(), epochs: Epochs, stepsPerEpoch: steps / Epochs, validationData: validation);
Console.WriteLine(Write(prompt: text[..1], length: 500));

static KerasTensor TransformerBlock(KerasTensor x)
{
    var normalized = new LayerNormalization().Apply(x);
    x += new MultiHeadAttention(NumHeads, keyDim: EmbedDim / NumHeads).Apply([normalized, normalized], new LayerCall { UseCausalMask = true });
    normalized = new LayerNormalization().Apply(x);
    return x + new Dense(EmbedDim).Apply(new Dense(4 * EmbedDim, "relu").Apply(normalized));
}

// Each character is drawn with the probability that the model gives it, a little in favour of the likely ones.
string Write(string prompt, int length, float temperature = 0.8f)
{
    var random = new Random(42);
    var written = vocabulary.Encode(prompt).ToList();
    for (var i = 0; i < length; i++)
    {
        int[] seen = [.. written.TakeLast(Context)];
        var logits = model.Predict(Tensor.From(seen, [1, seen.Length]));
        var chances = Ops.CumSum(Ops.Softmax(Ops.Slice(logits, .., ^1..) / temperature), -1).ToArray();
        var drawn = random.NextSingle() * chances[^1];
        written.Add(Array.FindIndex(chances, chance => drawn < chance));
    }

    return vocabulary.Decode([.. written]);
}
