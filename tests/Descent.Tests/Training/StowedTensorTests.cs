using System.Text.Json.Nodes;
using Descent.Activations;
using Descent.Callbacks;
using Descent.Data;
using Descent.Layers;
using Descent.Losses;
using Descent.Metrics;
using Descent.Optimizers;
using Descent.Regularizers;

namespace Descent.Tests.Training;

/// <summary>
/// The objects of tensors that only the library sees are made again in the next step. Whatever code of the user's gets to see must not be among them: after its step
/// it throws, in later steps too, instead of showing their numbers.
/// </summary>
public class StowedTensorTests
{
    private static readonly Tensor X = Tensor.From(Kinds.Numbers(40 * 3), [40, 3]);
    private static readonly Tensor Y = Tensor.From([.. Enumerable.Range(0, 40).Select(i => i % 2 * 1f)], [40, 1]);

    [Theory]
    [InlineData("layer")]
    [InlineData("activation")]
    [InlineData("loss")]
    [InlineData("function as loss")]
    [InlineData("metric")]
    [InlineData("function as metric")]
    [InlineData("penalty on weights")]
    [InlineData("penalty on activity")]
    [InlineData("scaled loss")]
    [InlineData("gradient")]
    [InlineData("made of a built-in loss")]
    public void Fit_TensorStowedByUserCode_ThrowsInEveryLaterStep(string where)
    {
        var stash = new Stash();
        Tensor Stow(Tensor x) => stash.Add(x);
        var inner = Loss.Get("binary_crossentropy");
        var regularizer = new StowingRegularizer(stash);
        var model = new Sequential(
        [
            new Dense(4, where == "activation" ? ActivationFunction.From(x => Ops.Relu(Stow(x))) : "relu")
            {
                KernelRegularizer = where == "penalty on weights" ? regularizer : null,
                ActivityRegularizer = where == "penalty on activity" ? regularizer : null,
            },
            new Dropout(0.5),
            .. where == "layer" ? [new StowingLayer(stash)] : Array.Empty<Layer>(),
            new Dense(1, "sigmoid"),
        ]);
        model.Compile(
            where is "gradient" or "scaled loss" ? new StowingOptimizer(stash, gradients: where == "gradient") : new Adam(),
            where switch
            {
                "loss" => new StowingLoss(stash),
                "function as loss" => Loss.From((a, b) => Stow(Ops.Square(Stow(a) - Stow(b)))),
                "made of a built-in loss" => Loss.From((a, b) => Stow(inner.Compute(Stow(a), Stow(b)))),
                _ => inner,
            },
            metrics: where switch
            {
                "metric" => [new StowingMetric(stash)],
                "function as metric" => [Metric.From((a, b) => Stow(Ops.Abs(Stow(a) - Stow(b))))],
                _ => ["accuracy"],
            });

        model.Fit(X, Y, batchSize: 8, epochs: 2, verbose: 0, callbacks: [stash]);
        model.Evaluate(X, Y, batchSize: 8, callbacks: [stash]);
        Assert.InRange(stash.Count, 10, 100);
    }

    [Fact]
    public void Fit_TensorStowedByAStepOfTheUser_ThrowsInEveryLaterStep()
    {
        var stash = new Stash();
        var input = Keras.Input([3]);
        var model = new StowingModel(stash, input, new Dense(1, "sigmoid").Apply(new Dropout(0.5).Apply(new Dense(4, "relu").Apply(input))));
        model.Compile(new Adam(), "binary_crossentropy", metrics: ["accuracy"]);
        model.Fit(X, Y, batchSize: 8, epochs: 2, verbose: 0, callbacks: [stash]);
        model.Evaluate(X, Y, batchSize: 8, callbacks: [stash]);
        Assert.InRange(stash.Count, 40, 100);
    }

    [Fact]
    public void Fit_InsideATapeOfTheUsers_LetsItSeeNoOtherStep()
    {
        // The gradient from a dropout's output to its input needs nothing but what the dropout dropped, which no user sees.
        var (before, after) = (new Keeper(), new Keeper());
        var model = new Sequential([new Dense(4), before, new Dropout(0.5), after, new Dense(1)]);
        model.Compile("sgd", "mse");
        using var tape = new GradientTape();
        after.Called = () =>
        {
            if (after.Kept.Count == 2) Assert.Throws<InvalidOperationException>(() => tape.Gradient(after.Kept[0], before.Kept[0]));
        };
        model.Fit(X, Y, batchSize: 8, verbose: 0, shuffle: false);
        Assert.InRange(after.Kept.Count, 5, 10);
    }

    /// <summary>Keeps tensors, and reads at each occasion those of earlier steps.</summary>
    private sealed class Stash : Callback
    {
        private readonly HashSet<Tensor> _gone = [];
        private readonly HashSet<Tensor> _now = [];

        public int Count => _gone.Count;

        public Tensor Add(Tensor tensor)
        {
            AssertGone();
            Assert.DoesNotContain(tensor, _gone);
            if (tensor.Owner is null) _now.Add(tensor);
            return tensor;
        }

        public override void OnTrainBatchEnd(int batch, Logs logs) => End();

        public override void OnTestBatchEnd(int batch, Logs logs) => End();

        private void End()
        {
            _gone.UnionWith(_now);
            _now.Clear();
            AssertGone();
        }

        private void AssertGone() => Assert.All(_gone, tensor => Assert.Throws<InvalidOperationException>(() => tensor.ToArray()));
    }

    private sealed class StowingModel(Stash stash, KerasTensors inputs, KerasTensors outputs) : Model(inputs, outputs)
    {
        protected override Logs TrainStep(Batch batch)
        {
            (_, _) = (stash.Add(batch.X), stash.Add(batch.Y));
            return base.TrainStep(batch);
        }

        protected override Logs TestStep(Batch batch)
        {
            (_, _) = (stash.Add(batch.X), stash.Add(batch.Y));
            return base.TestStep(batch);
        }

        protected override Tensor ComputeLoss(Tensors x, Tensors y, Tensors yPred, Tensors? sampleWeight = null) =>
            stash.Add(base.ComputeLoss(x, y, stash.Add(yPred[0]), sampleWeight));
    }

    private sealed class StowingLayer(Stash stash) : Layer
    {
        public override Tensor Call(Tensor x, bool training = false) => stash.Add(stash.Add(x) * 2f);

        public override Shape ComputeOutputShape(Shape inputShape) => inputShape;
    }

    private sealed class StowingLoss(Stash stash) : Loss
    {
        public override Tensor Call(Tensor yTrue, Tensor yPred) => stash.Add(Ops.Square(stash.Add(yTrue) - stash.Add(yPred)));
    }

    private sealed class StowingMetric(Stash stash) : Metric("stowing")
    {
        public override void UpdateState(Tensor yTrue, Tensor yPred, Tensor? sampleWeight = null) => stash.Add(Ops.Square(stash.Add(yTrue) - stash.Add(yPred)));

        public override Tensor Result() => Tensor.Scalar(0f);
    }

    private sealed class StowingRegularizer(Stash stash) : Regularizer
    {
        public override Tensor Call(Tensor x) => stash.Add(Ops.Sum(Ops.Square(stash.Add(x))));

        public override JsonObject GetConfig() => [];
    }

    private sealed class StowingOptimizer(Stash stash, bool gradients) : Optimizer(0.01)
    {
        public override Tensor ScaleLoss(Tensor loss) => gradients ? loss : stash.Add(loss);

        public override void UpdateStep(Tensor gradient, Variable variable, double learningRate) =>
            AssignSub(variable, (gradients ? stash.Add(gradient) : gradient) * (float)learningRate);
    }

    private sealed class Keeper : Layer
    {
        public List<Tensor> Kept { get; } = [];

        public Action? Called { get; set; }

        public override Tensor Call(Tensor x, bool training = false)
        {
            if (!training) return x;
            Kept.Add(x);
            Called?.Invoke();
            return x;
        }

        public override Shape ComputeOutputShape(Shape inputShape) => inputShape;
    }
}
