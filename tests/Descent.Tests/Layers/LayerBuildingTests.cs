using Descent.Layers;

namespace Descent.Tests.Layers;

[Collection(nameof(Training.ThreadsTests))] // it sets the seed, from which no other test may draw meanwhile
public class LayerBuildingTests
{
    private static readonly Tensor X = Tensor.From([.. Enumerable.Range(0, 24).Select(i => MathF.Sin(i))], [4, 3, 2]);

    [Fact]
    public void Trial_StatefulLayer_LeavesNoState()
    {
        var lstm = new LSTM(2) { Stateful = true };
        var model = new Wrapped(lstm);
        var first = model.Predict(X).ToArray();
        var second = model.Predict(X).ToArray();
        Assert.NotEqual(first, second);

        // A trial of one sample between batches of four neither reads states nor writes them.
        lstm.ResetStates();
        Assert.Equal(first, model.Predict(X).ToArray());
        Assert.Equal([-1, 2], model.ComputeOutputShape([-1, 3, 2]).ToArray());
        Assert.Equal(second, model.Predict(X).ToArray());
    }

    [Fact]
    public void Trial_StatefulLayerMadeWhileBuilding_LeavesNoState()
    {
        var model = new Wrapped(new MakesInner());
        Assert.Equal([4, 2], model.Predict(X).Shape.ToArray());
    }

    [Fact]
    public void Trial_Dropout_DrawsNothing()
    {
        Dropout Drop() => new(0.5) { Seed = 3 };
        Assert.Equal(Drop().Apply(X, training: true).ToArray(), new AlwaysTraining(Drop()).Apply(X).ToArray());
    }

    [Fact]
    public void Trial_InsideAStep_AddsNothingToTheLoss()
    {
        var losses = new ExtraLosses();
        using var _ = losses.Open();
        new Wrapped(new Dense(1) { BiasInitializer = "ones", ActivityRegularizer = "l2" }).ComputeOutputShape([4, 3, 2]);
        Assert.Equal(0, losses.AddTo(Tensor.From([0f], Shape.Scalar)).ToArray()[0]);
    }

    [Fact]
    public void Build_TrialThrows_LeavesTheLayerAsItWas()
    {
        var layer = new ThreeByTwo();
        Assert.Throws<ArgumentException>(() => layer.Apply(Tensor.Ones([2, 7])));
        Assert.False(layer.Built);
        Assert.Null(layer.BuildShapes);
        Assert.Empty(layer.Weights);
        Assert.Equal([2, 3, 2], layer.Apply(Tensor.Ones([2, 6])).Shape.ToArray());
        Assert.Equal([6], layer.GetWeight("w").Shape.ToArray());
    }

    [Fact]
    public void Build_TrialThrows_LeavesInnerLayersUnbuiltToo()
    {
        // Inner layers made in the constructor, in Build and inside others: all are built for the first shape before the last one fails.
        foreach (var layer in (Layer[])[new Halving(), new Sequential([new Dense(4), new Halving()]), new Wrapped(new Halving())])
        {
            Assert.ThrowsAny<ArgumentException>(() => layer.Apply(Tensor.Ones([2, 3, 3])));
            Assert.False(layer.Built);
            Assert.Empty(layer.Weights);
            Assert.Equal([2, 4, 2], layer.Apply(Tensor.Ones([2, 8, 5])).Shape.ToArray());
            Assert.Equal(layer.Weights.Count, layer.Weights.Select(w => w.Path).Distinct().Count());
            Assert.Contains(layer.Weights, w => w.Path.EndsWith("late/kernel", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Build_Throws_LeavesWhatWasBuiltBefore()
    {
        var dense = new Dense(2);
        dense.Apply(Tensor.Ones([1, 3, 3]));
        var kernel = dense.Kernel;
        Assert.ThrowsAny<ArgumentException>(() => new Sequential([dense, new Reshape([7])]).Apply(Tensor.Ones([2, 3, 3])));
        Assert.True(dense.Built);
        Assert.Same(kernel, dense.Weights[0]);
    }

    [Fact]
    public void Build_SharedWithAnotherShape_RunsAgainAndDrawsNothing()
    {
        ulong After(params int[][] shapes)
        {
            RandomSeed.Set(11);
            var (embedding, cell, doubled) = (new Embedding(5, 2), new LSTMCell(2), new Scale());
            foreach (var shape in shapes)
            {
                embedding.Apply(Keras.Input(shape));
                doubled.Apply(Keras.Input(shape));
                cell.EnsureBuilt([-1, 3]);
            }

            Assert.Equal(shapes.Length, doubled.Builds);
            Assert.Single(doubled.Weights);
            return RandomSeed.Next();
        }

        Assert.Equal(After([3, 2]), After([3, 2], [7, 2], [5, 2]));
    }

    [Fact]
    public void Apply_LayerThatReturnsItsInput_LeavesTheInputsMaskAlone()
    {
        var mask = Tensor.From([.. Enumerable.Range(0, 12).Select(i => i % 3 != 0)], [4, 3]);
        var other = Tensor.From([.. Enumerable.Range(0, 12).Select(i => i % 2 != 0)], [4, 3]);
        foreach (var layer in (Layer[])[new Dropout(0.5), new Identity(), new Activation("linear")])
        {
            var x = X.Copy();
            var y = layer.Apply(x, mask);
            Assert.Null(x.Mask);
            Assert.Same(mask, y.Mask);
            Assert.Equal(x.ToArray(), y.ToArray());
            var z = layer.ApplyAll([y], new LayerCall(false, [other]))[0];
            Assert.Same(mask, y.Mask);
            Assert.Same(other, z.Mask);
            Assert.Same(z, layer.Apply(z));
        }
    }

    [Fact]
    public void Apply_LayerThatReturnsItsInput_PassesGradientsThroughTheMask()
    {
        using var tape = new GradientTape();
        var x = X.Copy();
        tape.Watch(x);
        var y = new Identity().Apply(x, Tensor.From(new bool[12], [4, 3]));
        Assert.All(tape.Gradient(Ops.Sum(y * 2f), [x])[0]!.ToArray(), g => Assert.Equal(2, g));
    }

    private sealed class Wrapped : Model
    {
        private readonly Layer _layer;

        public Wrapped(Layer layer) => _layer = Track(layer);

        public override Tensor Call(Tensor x, bool training = false) => _layer.Apply(x, training);
    }

    private sealed class MakesInner : Layer
    {
        private LSTM? _lstm;

        public override void Build(Shape inputShape) => _lstm = Track(new LSTM(2) { Stateful = true });

        public override Tensor Call(Tensor x, bool training = false) => _lstm!.Apply(x, training);
    }

    // Halves the time after two dense layers, one of which is made while building.
    private sealed class Halving : Layer
    {
        private readonly Dense _early;
        private Dense? _late;

        public Halving() => _early = Track(new Dense(3) { Name = "early" });

        public override void Build(Shape inputShape)
        {
            AddWeight("w", [inputShape[^1]]);
            _late = Track(new Dense(2) { Name = "late" });
        }

        public override Tensor Call(Tensor x, bool training = false)
        {
            var y = _late!.Apply(_early.Apply(x));
            return y.Shape[1] % 2 == 0
                ? Ops.Mean(Ops.Reshape(y, [y.Shape[0], y.Shape[1] / 2, 2, 2]), [2])
                : throw new ArgumentException($"Layer '{Name}' needs an even number of steps.");
        }
    }

    private sealed class AlwaysTraining : Layer
    {
        private readonly Dropout _dropout;

        public AlwaysTraining(Dropout dropout) => _dropout = Track(dropout);

        public override Tensor Call(Tensor x, bool training = false) => _dropout.Apply(x, training: true);
    }

    private sealed class ThreeByTwo : Layer
    {
        private readonly Reshape _reshape;

        public ThreeByTwo() => _reshape = Track(new Reshape([3, 2]));

        public override void Build(Shape inputShape) => AddWeight("w", [inputShape[1]]);

        public override Tensor Call(Tensor x, bool training = false) => _reshape.Apply(x);
    }

    private sealed class Scale : Layer
    {
        private Variable? _w;

        public int Builds { get; private set; }

        public override void Build(Shape inputShape)
        {
            Builds++;
            _w = AddWeight("w", [inputShape[2]]);
        }

        public override Tensor Call(Tensor x, bool training = false) => x * _w!;

        public override Shape ComputeOutputShape(Shape inputShape) => inputShape;
    }
}
