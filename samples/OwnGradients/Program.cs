using Descent;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;

var w = new Variable("net/w", Tensor.From([1f, 2f, 3f]));
var adam = new Adam(learningRate: new CosineDecay(initialLearningRate: 0.1, decaySteps: 100)) { WeightDecay = 4e-3, ClipNorm = 1.0 };

for (var step = 0; step < 100; step++)
{
    using var tape = new GradientTape();
    var loss = Ops.Sum(Ops.Square(w - Tensor.From([3f, 2f, 1f])));
    adam.Apply([tape.Gradient(loss, w)], [w]);
}

Console.WriteLine(string.Join(" ", w.ToArray().Select(v => v.ToString("0.00")))); // 3.01 2.00 0.99
