using System.Globalization;
using CustomOptimizer;
using Descent;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Optimizer.Register<CustomSGD>("Samples");
Optimizer.Register<Signum>("Samples");

Fit(new CustomSGD(learningRate: 0.1) { Momentum = 0.9, Nesterov = true });
Fit(new Signum(learningRate: new ExponentialDecay(initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.9)));

// Fits y = a·x + b to points on the line y = 2x - 1, half of the way with an optimizer that is read back from its JSON.
static void Fit(Optimizer optimizer)
{
    Tensor x = new[] { -2f, -1f, 0f, 1f, 2f };
    Tensor y = 2f * x - 1f;
    var a = new Variable("line/a", 0f);
    var b = new Variable("line/b", 0f);

    Train(optimizer);
    var json = optimizer.Serialize();
    var restored = Optimizer.Deserialize(json);
    restored.Build([a, b]);
    foreach (var (target, source) in restored.Variables.Zip(optimizer.Variables))
        target.Assign(source.Value);
    Train(restored);

    Console.WriteLine($"{json["registered_name"]}: y = {a.Value.Item():F3} x + {b.Value.Item():F3} after {restored.Iterations} steps");

    void Train(Optimizer trainer)
    {
        for (var step = 0; step < 100; step++)
        {
            using var tape = new GradientTape();
            var loss = Ops.Mean(Ops.Square(a * x + b - y));
            trainer.Apply(tape.Gradient(loss, [a, b]), [a, b]);
        }
    }
}
