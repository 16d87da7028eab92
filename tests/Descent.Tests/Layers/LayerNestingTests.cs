using Descent.Layers;

namespace Descent.Tests.Layers;

// Layers inside layers: no loops, none that nobody knows of, and weights that serve other shapes only where they fit.
public class LayerNestingTests
{
    private static readonly Tensor X = Tensor.Ones([2, 3]);

    [Fact]
    public void Add_ModelToItself_IsRefused()
    {
        var model = new Sequential([new Dense(2)]);
        AssertRefused("Layer 'sequential' cannot be a part of itself. Received: the layer itself.", () => model.Add(model));
        var outer = new Sequential([model], name: "outer");
        AssertRefused("Layer 'sequential' cannot be a part of itself. Received: 'outer', which contains it.", () => model.Add(outer));
        Assert.Equal([2, 2], outer.Predict(X).Shape.ToArray());
    }

    [Fact]
    public void Track_LayersInALoop_IsRefused()
    {
        var (a, b, c) = (new Holder { Name = "a" }, new Holder { Name = "b" }, new Holder { Name = "c" });
        AssertRefused("Layer 'a' cannot be a part of itself. Received: the layer itself.", () => a.Hold(a));
        a.Hold(b);
        b.Hold(c);
        AssertRefused("Layer 'c' cannot be a part of itself. Received: 'a', which contains it.", () => c.Hold(a));
        Assert.Empty(a.Weights);
    }

    [Fact]
    public void Track_DeepNest_DoesNotExhaustTheStackToFindLoops()
    {
        var layers = Enumerable.Range(0, 1000).Select(_ => new Holder()).ToArray();
        for (var i = 1; i < layers.Length; i++) layers[i - 1].Hold(layers[i]);
        Assert.Throws<ArgumentException>(() => layers[^1].Hold(layers[0]));
    }

    [Fact]
    public void Build_LayerThatIsNotTracked_IsRefusedByName()
    {
        const string Expected = "Layer 'dense' has weights and is applied in the call of layer 'forgetful', but is no part of it: it would be neither trained nor saved. Layers in fields of a class of your own become part of it by Track: _layer = Track(new Dense(…)).";
        foreach (var one in (Action[])[
            () => new Forgetful().Apply(Keras.Input([3])),
            () => new Sequential([new Forgetful()]).Predict(X),
            () => Compiled().Fit(X, X, verbose: 0)])
        {
            Assert.Equal(Expected, Assert.Throws<InvalidOperationException>(one).Message);
        }

        // It is refused as often as it is tried, and so is half a model.
        var forgetful = new Forgetful();
        for (var i = 0; i < 2; i++) Assert.Throws<InvalidOperationException>(() => forgetful.Apply(Keras.Input([3])));
        Assert.Contains("Layer 'dense' has weights", Assert.Throws<InvalidOperationException>(() => new HalfForgetful().Predict(X)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_LayerOfWhatEncloses_IsShared()
    {
        var embedding = new Dense(3, "tanh");
        Assert.Equal([2, 3], new Sequential([embedding, new Dense(3), new Borrows(embedding)]).Predict(X).Shape.ToArray());
        Assert.Equal([2, 3], new Tied().Predict(X).Shape.ToArray());
    }

    [Theory]
    [InlineData("lstm")]
    [InlineData("bidirectional")]
    [InlineData("time_distributed")]
    [InlineData("rnn")]
    [InlineData("sequential")]
    [InlineData("spectral_normalization")]
    [InlineData("holder")]
    public void Apply_SharedWithAnotherShape_IsRefusedWhenTheGraphIsMade(string kind)
    {
        Layer layer = kind switch
        {
            "lstm" => new LSTM(2),
            "bidirectional" => new Bidirectional(new GRU(2)),
            "time_distributed" => new TimeDistributed(new Dense(2)),
            "rnn" => new RNN(new SimpleRNNCell(2)),
            "sequential" => new Sequential([new Dense(2)]),
            "spectral_normalization" => new SpectralNormalization(new Dense(2)),
            _ => Holder.Of(new Dense(2)),
        };
        layer.Apply(Keras.Input([4, 3]));
        var weights = layer.GetWeights().Select(w => w.ToArray()).ToArray();
        layer.Apply(Keras.Input([6, 3])); // another length is none of the weights' business
        AssertRefused(
            $"Layer '{kind}' was built for inputs of shape (None, 4, 3) and cannot be shared with inputs of another shape. Received shape (None, 4, 5).",
            () => layer.Apply(Keras.Input([4, 5])));
        Assert.Equal(weights, layer.GetWeights().Select(w => w.ToArray()));
        Assert.Equal([2, 4], layer.Apply(Tensor.Ones([2, 4, 3])).Shape.ToArray()[..1].Append(4));
    }

    private static Sequential Compiled()
    {
        var model = new Sequential([new Forgetful()]);
        model.Compile("sgd", "mse");
        return model;
    }

    private static void AssertRefused(string message, Action action) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(action).Message, StringComparison.Ordinal);

    private sealed class Holder : Layer
    {
        private Layer? _last;

        public static Holder Of(Layer layer)
        {
            var holder = new Holder();
            holder.Hold(layer);
            return holder;
        }

        public void Hold(Layer layer) => _last = Track(layer);

        public override Tensor Call(Tensor x, bool training = false) => _last?.Apply(x, training) ?? x;
    }

    private sealed class Forgetful : Layer
    {
        private readonly Dense _forgotten = new(3);

        public override Tensor Call(Tensor x, bool training = false) => _forgotten.Apply(x, training);
    }

    private sealed class HalfForgetful : Model
    {
        private readonly Dense _known, _forgotten = new(3);

        public HalfForgetful() => _known = Track(new Dense(3) { Name = "known" });

        public override Tensor Call(Tensor x, bool training = false) => _forgotten.Apply(_known.Apply(x, training), training);
    }

    private sealed class Borrows(Layer layer) : Layer
    {
        public override Tensor Call(Tensor x, bool training = false) => layer.Apply(x, training);
    }

    // The one that borrows comes first: the layer is not built then.
    private sealed class Tied : Model
    {
        private readonly Dense _dense;
        private readonly Borrows _borrows;

        public Tied()
        {
            _dense = Track(new Dense(3));
            _borrows = Track(new Borrows(_dense));
        }

        public override Tensor Call(Tensor x, bool training = false) => _dense.Apply(_borrows.Apply(x, training), training);
    }
}
