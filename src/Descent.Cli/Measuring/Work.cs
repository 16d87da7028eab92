using Descent.Layers;
using Descent.Losses;
using Descent.Optimizers;
using Descent.Training;

namespace Descent.Cli.Measuring;

/// <summary>Single operations to measure.</summary>
internal static class Work
{
    /// <summary>The optimizers of Keras 3 that are no wrappers around others.</summary>
    public static readonly string[] Optimizers =
    [
        "SGD", "RMSprop", "Adagrad", "Adadelta", "Adam", "AdamW", "Adamax", "Nadam", "Adafactor", "Ftrl", "Lion", "Lamb", "Muon", "ScheduleFreeAdamW",
    ];

    /// <summary>Whether a step of an optimizer is one pass over its arrays; others measure directions or multiply matrices, too.</summary>
    public static bool IsOnePass(string optimizer) => optimizer is not ("Adafactor" or "Lamb" or "Muon");

    /// <summary>Variables of random numbers that lie as those of a model do: side by side, each from the start of a cache line.</summary>
    /// <param name="name">The name of the first without its number.</param>
    /// <param name="shape">The shape of each.</param>
    /// <param name="count">How many.</param>
    public static Variable[] Variables(string name, Shape shape, int count)
    {
        Variable[] variables = [.. Enumerable.Range(0, count).Select(i => new Variable($"{name}_{i}", RandomNumbers(shape)))];
        VariableBuffer.Pack(variables);
        return variables;
    }

    /// <summary>Gradients that lie as those of a training step do, on cache lines, too.</summary>
    public static Tensor[] Gradients(Shape shape, int count) => Array.ConvertAll(Variables("gradient", shape, count), gradient => gradient.View);

    /// <summary>A step of an optimizer, built for the variables.</summary>
    public static Action OptimizerStep(Optimizer optimizer, Variable[] variables, Tensor[] gradients)
    {
        optimizer.Build(variables);
        return () => optimizer.Apply(gradients);
    }

    /// <summary>The product of two square matrices.</summary>
    public static Action MatrixProduct(int size)
    {
        var (a, b) = (RandomNumbers([size, size]), RandomNumbers([size, size]));
        return () => Ops.MatMul(a, b);
    }

    /// <summary>The gigaflops per second of a product of square matrices.</summary>
    public static double Gigaflops(int size, double seconds) => 2.0 * size * size * size / seconds / 1e9;

    /// <summary>The seconds of one step of <c>Fit</c>, with everything that it does: batches, loss, gradients, Adam, metrics.</summary>
    /// <param name="layers">A classifier; its last layer gives logits.</param>
    /// <param name="sample">The shape of one row.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="batch">The rows of a step.</param>
    /// <param name="steps">The steps of a run: enough to measure, few enough to repeat.</param>
    /// <param name="timing">How long to measure.</param>
    /// <param name="words">The number of ids that the rows are made of; absent: they are made of random numbers.</param>
    public static double SecondsPerStep(IEnumerable<Layer> layers, Shape sample, int classes, int batch, int steps, Timing timing, int? words = null)
    {
        var model = new Sequential([new InputLayer(sample), .. layers]);
        model.Compile(optimizer: new Adam(learningRate: 1e-3), loss: new SparseCategoricalCrossentropy { FromLogits = true });
        Shape shape = [batch * steps, .. sample];
        var x = words is { } count ? RandomIds(shape, count) : RandomNumbers(shape);
        var labels = RandomIds([batch * steps], classes);
        return timing.Least(() => model.Fit(x, labels, batchSize: batch, verbose: 0, shuffle: false))[0] / steps;
    }

    /// <summary>Ids below a number, the same in every run.</summary>
    public static Tensor RandomIds(Shape shape, int count)
    {
        var random = new System.Random(0);
        return Tensor.From([.. Enumerable.Range(0, shape.Size).Select(_ => random.Next(count))], shape);
    }

    /// <summary>Numbers around 0, roughly of a normal distribution, the same in every run.</summary>
    public static Tensor RandomNumbers(Shape shape)
    {
        // Drawn once and repeated: to draw millions takes longer than what is measured with them.
        const int Drawn = 1 << 20;
        var random = new System.Random(0);
        var values = new float[shape.Size];
        for (var i = 0; i < Math.Min(Drawn, values.Length); i++) values[i] = random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f;
        for (var i = Drawn; i < values.Length; i += Drawn) values.AsSpan(0, Math.Min(Drawn, values.Length - i)).CopyTo(values.AsSpan(i));
        return Tensor.From(values, shape);
    }
}
