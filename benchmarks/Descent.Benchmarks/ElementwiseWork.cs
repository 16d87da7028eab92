using Descent.Cli.Measuring;
using Descent.Losses;
using Descent.Memory;

namespace Descent.Benchmarks;

/// <summary>
/// Operations through the public <see cref="Ops"/> and losses, beside hand-written loops on one thread and bare passes over the same bytes on
/// all of them. Results lie in a step's memory, as in training: what is measured does not wait for the garbage collector or for new pages.
/// </summary>
internal sealed class ElementwiseWork : IDisposable
{
    private static readonly Timing Timing = new(Rounds: 5, Seconds: 0.03) { WarmUp = 0.3 };

    private readonly StepMemory _memory = new();
    private readonly BarePass _pass;
    private readonly ElementwiseLoops _loops;
    private readonly string[] _names;
    private readonly int _size;

    private ElementwiseWork(int size, string[] names)
    {
        (_size, _names) = (size, names);
        (_pass, _loops) = (new BarePass(size), new ElementwiseLoops(size, size <= 16_000 ? 100 : 1000));
    }

    public static void Run(string[] names)
    {
        foreach (var size in new[] { 1_000, 16_000, 1_000_000, 16_000_000 })
        {
            using var inputs = new StepMemory().Open(); // aligned, as all that a training step works on
            using var work = new ElementwiseWork(size, names);
            work.Elements();
            work.Reductions();
            work.Rows();
            work.Losses();
            work.Places();
        }
    }

    public void Dispose() => _memory.Dispose();

    private void Elements()
    {
        var l = _loops;
        var (x, y, positive) = (l.X, l.Y, l.Positive);
        var matrix = Matrix(x, l.Columns);
        Say("add", () => Ops.Add(x, y), l.Add, () => _pass.Add());
        Say("multiply", () => Ops.Multiply(x, y), l.Multiply, () => _pass.Add());
        Say("bias", () => Ops.Add(matrix, l.Bias), l.AddBias, () => _pass.Copy());
        Say("where", () => Ops.Where(l.Mask, x, y), l.Where, () => _pass.Add());
        Say("relu", () => Ops.Relu(x), l.Relu, () => _pass.Copy());
        Say("sqrt", () => Ops.Sqrt(positive), l.Sqrt, () => _pass.Copy());
        Say("exp", () => Ops.Exp(x), l.Exp, () => _pass.Copy());
        Say("log", () => Ops.Log(positive), l.Log, () => _pass.Copy());
        Say("tanh", () => Ops.Tanh(x), l.Tanh, () => _pass.Copy());
        Say("sigmoid", () => Ops.Sigmoid(x), l.Sigmoid, () => _pass.Copy());
        Say("gelu", () => Ops.Gelu(x), null, () => _pass.Copy());
    }

    private void Reductions()
    {
        var l = _loops;
        var (x, matrix) = (l.X, Matrix(l.X, l.Columns));
        Say("sum", () => Ops.Sum(x), l.Sum, () => _pass.Read());
        Say("max", () => Ops.Max(x), l.Max, () => _pass.Read());
        Say("mean of rows", () => Ops.Mean(matrix, [-1]), l.MeanOfRows, () => _pass.Read());
        Say("sum of columns", () => Ops.Sum(matrix, [0]), l.SumOfColumns, () => _pass.Read());
        Say("variance", () => Ops.Var(x), l.Variance, () => _pass.Read(2));
    }

    private void Rows()
    {
        foreach (var length in new[] { 10, 1000 })
        {
            var x = Matrix(_loops.X, length);
            Say($"softmax {length}", () => Ops.Softmax(x), () => _loops.Softmax(length), () => _pass.Copy());
            Say($"log-softmax {length}", () => Ops.LogSoftmax(x), null, () => _pass.Copy());
        }
    }

    private void Losses()
    {
        foreach (var length in new[] { 10, 1000 })
        {
            var logits = Matrix(_loops.X, length);
            var labels = ElementwiseLoops.Labels(_size / length, length);
            var entropy = new SparseCategoricalCrossentropy { FromLogits = true };
            Say($"cross-entropy {length}", () => entropy.Compute(labels, logits), () => _loops.CrossEntropy(length, labels), () => _pass.Read());
            // Forward and back: the logits are read twice and their gradient is written.
            Say($"cross-entropy {length} gradient", () => Gradient(entropy, labels, logits), () => _loops.CrossEntropyGradient(length, labels), () => _pass.Read(1).Copy());
        }

        var l = _loops;
        var (truth, prediction, squares) = (Matrix(l.X, l.Columns), Matrix(l.Y, l.Columns), new MeanSquaredError());
        Say("squared error", () => squares.Compute(truth, prediction), l.SquaredError, () => _pass.Read(2));
        Say("squared error gradient", () => Gradient(squares, truth, prediction), l.SquaredErrorGradient, () => _pass.Read(2).Add());
    }

    private static void Gradient(Loss loss, Tensor truth, Tensor prediction)
    {
        using var tape = new GradientTape();
        tape.Watch(prediction);
        tape.Gradient(loss.Compute(truth, prediction), prediction);
    }

    private void Places()
    {
        var l = _loops;
        var matrix = Matrix(l.X, l.Columns);
        Say("transpose", () => Ops.Transpose(matrix), l.Transpose, () => _pass.Copy());
        Say("gather", () => Ops.Take(matrix, l.Indices, 0), l.Gather, () => _pass.Copy());
    }

    private static Tensor Matrix(Tensor x, int columns) => Ops.Reshape(x, [-1, columns]);

    private void Say(string name, Action operation, Action? loop, Action pass)
    {
        var work = $"{name} {_size}";
        if (!Figures.Wanted(_names, work)) return;
        (string Name, Action Work)[] sides = [(Figures.Ours, InStep), .. loop is null ? [] : new[] { ("loop", loop) }, ("pass", pass)];
        var seconds = Timing.Least([.. sides.Select(side => side.Work)]);
        Figures.Print(work, "us", [.. sides.Zip(seconds, (side, time) => (side.Name, time * 1e6))]);

        void InStep()
        {
            using var step = _memory.Open();
            operation();
        }
    }
}
