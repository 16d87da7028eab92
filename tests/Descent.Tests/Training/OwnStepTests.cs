using Descent.Callbacks;
using Descent.Data;
using Descent.Layers;

namespace Descent.Tests.Training;

/// <summary>Models with steps of their own, and what the default step needs.</summary>
public class OwnStepTests
{
    private static readonly Tensor X = Tensor.From([0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f], [6, 1]);

    [Fact]
    public void Fit_StepOfItsOwnWithoutCallOrTargets_TrainsBothOptimizers()
    {
        var model = new Adversaries();
        model.Compile();
        var history = model.Fit(X, batchSize: 3, epochs: 2, verbose: 0);
        Assert.Equal(["loss", "generator"], history.Metrics.Keys);
        Assert.Equal(4, model.Steps);
        Assert.Equal(4, model.GeneratorOptimizer.Iterations);
        Assert.NotEmpty(model.Weights);
        model.Fit(new[] { new Batch(X) }, verbose: 0);
        Assert.Equal(5, model.Steps);
        Assert.NotEqual(0, model.TrainOnBatch(X)["generator"]);
        model.Fit(Batches.From(X, batchSize: 2), verbose: 0);
        Assert.Equal(9, model.Steps);
        Assert.Contains("must override Call", Assert.Throws<InvalidOperationException>(() => model.Predict(X)).Message, StringComparison.Ordinal);
        Assert.Contains("must override Call", Assert.Throws<InvalidOperationException>(() => model.Evaluate(X, X)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_StepOfItsOwnWithTheModelsOptimizer_TrainsLayersThatAreBuiltInIt()
    {
        var model = new Reconstruction();
        model.Compile(new Descent.Optimizers.SGD(0.1));
        var losses = model.Fit(X, epochs: 5, verbose: 0)["loss"];
        Assert.True(losses[^1] < losses[0]);
    }

    [Fact]
    public void Fit_DefaultStepWithoutTargets_SaysThatItNeedsThem()
    {
        var model = new Sequential([new Dense(1)]);
        model.Compile("sgd", "mse");
        Assert.Contains("must have targets to compute its loss", Assert.Throws<ArgumentException>(() => model.Fit(X, verbose: 0)).Message, StringComparison.Ordinal);
        Assert.Equal(0, model.Optimizer!.Iterations);
        Assert.Throws<InvalidOperationException>(() => new Batch(X).Y);
        Assert.Contains("must have targets to compute its loss", Assert.Throws<ArgumentException>(() => model.TrainOnBatch(X)).Message, StringComparison.Ordinal);
        Assert.Contains("must have targets to compute its loss", Assert.Throws<ArgumentException>(() => model.TestOnBatch(X)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_LayersWithoutTrack_NamesTrack()
    {
        var model = new Untracked();
        model.Compile("sgd", "mse");
        Assert.Contains("by Track", Assert.Throws<InvalidOperationException>(() => model.Fit(X, X, verbose: 0)).Message, StringComparison.Ordinal);
        Assert.Contains("by Track", Assert.Throws<InvalidOperationException>(() => model.TrainOnBatch(X, X)).Message, StringComparison.Ordinal);
        Assert.Contains("by Track", Assert.Throws<InvalidOperationException>(() => model.Evaluate(X, X)).Message, StringComparison.Ordinal);
    }

    /// <summary>The model of Keras' guide: two models and two optimizers, and no call of the whole.</summary>
    private sealed class Adversaries : Model
    {
        private readonly Sequential _generator, _discriminator;
        private readonly Descent.Optimizers.Optimizer _optimizer = new Descent.Optimizers.Adam();

        public Adversaries() => (_generator, _discriminator) = (Track(new Sequential([new Dense(1)])), Track(new Sequential([new Dense(1)])));

        public int Steps { get; private set; }

        public Descent.Optimizers.Optimizer GeneratorOptimizer { get; } = new Descent.Optimizers.Adam();

        protected override Logs TrainStep(Batch batch)
        {
            Assert.Empty(batch.Targets);
            Steps++;
            using var tape = new GradientTape();
            var loss = Ops.Mean(_discriminator.Apply(_generator.Apply(batch.X)) - _discriminator.Apply(batch.X));
            _optimizer.Apply(tape.Gradient(loss, _discriminator.TrainableVariables), _discriminator.TrainableVariables);

            using var second = new GradientTape();
            var fooled = Ops.Mean(_discriminator.Apply(_generator.Apply(batch.X)));
            GeneratorOptimizer.Apply(second.Gradient(fooled, _generator.TrainableVariables), _generator.TrainableVariables);
            return new Logs { ["loss"] = loss.Item(), ["generator"] = fooled.Item() };
        }
    }

    private sealed class Reconstruction : Model
    {
        private readonly Dense _dense;

        public Reconstruction() => _dense = Track(new Dense(1));

        protected override Logs TrainStep(Batch batch)
        {
            using var tape = new GradientTape();
            var loss = Ops.Mean(Ops.Square(_dense.Apply(batch.X) - batch.X));
            Optimizer!.Apply(tape.Gradient(loss, TrainableVariables), TrainableVariables);
            return new Logs { ["loss"] = loss.Item() };
        }
    }

    private sealed class Untracked : Model
    {
        private readonly Dense _dense = new(1);

        public override Tensor Call(Tensor x, bool training = false) => _dense.Apply(x, training);
    }
}
