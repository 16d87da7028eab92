using System.Globalization;
using Descent;
using Descent.Data;
using Descent.Layers;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Side = 16, LatentDim = 16;

var (x, _) = DrawnDigits.Generate(3000, seed: 1);
var (xTest, _) = DrawnDigits.Generate(500, seed: 2);

RandomSeed.Set(42); // the same result each time
var image = Keras.Input([Side * Side], name: "image");
var hidden = new Dense(128, "relu").Apply(image);
var code = new Dense(LatentDim) { Name = "code" }.Apply(hidden);
var encoder = new Model(image, code, name: "encoder");

var latent = Keras.Input([LatentDim], name: "latent");
hidden = new Dense(128, "relu").Apply(latent);
var decoder = new Model(latent, new Dense(Side * Side, "sigmoid").Apply(hidden), name: "decoder");

var autoencoder = new Model(image, decoder.Apply(encoder.Apply(image)), name: "autoencoder");
autoencoder.Summary();
autoencoder.Compile(optimizer: "adam", loss: "binary_crossentropy", metrics: ["mse"]);
autoencoder.Fit(x, x, epochs: 30, batchSize: 64, validationData: (xTest, xTest));

var score = autoencoder.Evaluate(xTest, xTest);
Console.WriteLine($"{Side * Side} pixels through {LatentDim} numbers: mean squared error {score["mse"]:0.0000}");

// The encoder and the decoder work on their own, too. Three digits, and below them what came back.
var codes = encoder.Predict(Ops.Slice(xTest, ..3));
Draw(Ops.Slice(xTest, ..3));
Draw(decoder.Predict(codes));

static void Draw(Tensor images)
{
    for (var row = 0; row < Side; row++)
    {
        var pixels = Enumerable.Range(0, images.Shape[0] * Side).Select(i => images[i / Side, row * Side + i % Side]);
        Console.WriteLine(string.Concat(pixels.Select(ink => " .:*#"[(int)(ink * 4.99f)])).TrimEnd());
    }
}
