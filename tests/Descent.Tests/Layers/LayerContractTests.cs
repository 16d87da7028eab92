using System.Text.Json.Nodes;
using Descent.Layers;

namespace Descent.Tests.Layers;

/// <summary>What must hold of every layer, found by reflection: a new layer needs an entry here and no further code.</summary>
public class LayerContractTests
{
    private static readonly Dictionary<Type, Func<Layer>> Makers = new()
    {
        [typeof(InputLayer)] = () => new InputLayer([6]),
        [typeof(Dense)] = () => new Dense(3, "tanh") { KernelInitializer = "he_normal", KernelRegularizer = "l2", BiasConstraint = "non_neg" },
        [typeof(Activation)] = () => new Activation("swish"),
        [typeof(Dropout)] = () => new Dropout(0.5) { Seed = 3 },
        [typeof(Flatten)] = () => new Flatten(),
        [typeof(Reshape)] = () => new Reshape([2, -1]),
        [typeof(Normalization)] = () => new Normalization(),
        [typeof(Masking)] = () => new Masking(0.5),
        [typeof(Add)] = () => new Add(),
        [typeof(Subtract)] = () => new Subtract(),
        [typeof(Multiply)] = () => new Multiply(),
        [typeof(Average)] = () => new Average(),
        [typeof(Maximum)] = () => new Maximum(),
        [typeof(Minimum)] = () => new Minimum(),
        [typeof(Concatenate)] = () => new Concatenate(),
        [typeof(Dot)] = () => new Dot(1),
        [typeof(Rescaling)] = () => new Rescaling(0.5, -1),
        [typeof(SimpleRNN)] = () => new SimpleRNN(3, "relu") { KernelRegularizer = "l2", ReturnSequences = true, RecurrentDropout = 0.2 },
        [typeof(LSTM)] = () => new LSTM(3) { BiasConstraint = "non_neg", Stateful = true, Dropout = 0.2 },
        [typeof(GRU)] = () => new GRU(3) { ResetAfter = false, GoBackwards = true, Dropout = 0.2, RecurrentDropout = 0.2, Seed = 1 },
        [typeof(SimpleRNNCell)] = () => new SimpleRNNCell(3) { Dropout = 0.3 },
        [typeof(LSTMCell)] = () => new LSTMCell(3, "relu", "hard_sigmoid") { UnitForgetBias = false },
        [typeof(GRUCell)] = () => new GRUCell(3) { RecurrentDropout = 0.3, RecurrentRegularizer = "l1" },
        [typeof(StackedRNNCells)] = () => new StackedRNNCells([new LSTMCell(3), new GRUCell(2) { Dropout = 0.1 }]),
        [typeof(RNN)] = () => new RNN([new LSTMCell(3), new GRUCell(2)]) { ReturnSequences = true },
        [typeof(Bidirectional)] = () => new Bidirectional(new LSTM(3) { ReturnSequences = true }) { MergeMode = "ave", BackwardLayer = new GRU(3) { GoBackwards = true, ReturnSequences = true } },
        [typeof(TimeDistributed)] = () => new TimeDistributed(new Dense(3, "tanh")),
        [typeof(MultiHeadAttention)] = () => new MultiHeadAttention(2, 3) { ValueDim = 4, Dropout = 0.2, UseGate = true, KernelRegularizer = "l2" },
        [typeof(GroupQueryAttention)] = () => new GroupQueryAttention(3, 4, 2) { SlidingWindow = 2, UseBias = false },
        [typeof(Attention)] = () => new Attention { UseScale = true, ScoreMode = "concat", Dropout = 0.2 },
        [typeof(AdditiveAttention)] = () => new AdditiveAttention { UseScale = false },
        [typeof(Sequential)] = () => new Sequential([new Dense(4), new Sequential([new Dense(2)])]),
        [typeof(Model)] = () => Keras.Input([6]) is var x ? new Model(x, new Dense(2).Apply(x) + new Dense(2, "tanh").Apply(x)) : null!,
    };

    // Layers that take several inputs; all others are given one.
    private static readonly Dictionary<Type, int> InputCounts = new() { [typeof(Subtract)] = 2, [typeof(Dot)] = 2, [typeof(Attention)] = 2, [typeof(AdditiveAttention)] = 3 };

    private static readonly Type[] Sequences =
    [
        typeof(SimpleRNN), typeof(LSTM), typeof(GRU), typeof(RNN), typeof(Bidirectional), typeof(TimeDistributed),
        typeof(MultiHeadAttention), typeof(GroupQueryAttention), typeof(Attention), typeof(AdditiveAttention),
    ];

    private static IEnumerable<string> Names =>
        typeof(Layer).Assembly.GetExportedTypes().Where(t => t.IsSubclassOf(typeof(Layer)) && !t.IsAbstract).Select(t => t.FullName!);

    public static TheoryData<string> Layers() => [.. Names];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_WrittenAndRead_IsTheSame(string name)
    {
        var layer = Make(name);
        Apply(layer);
        var json = layer.Serialize();
        var read = Layer.Deserialize(JsonNode.Parse(json.ToJsonString())!.AsObject());
        Apply(read);
        Golden.AssertSameJson(json, read.Serialize());
        Assert.IsType(layer.GetType(), read);
        Assert.StartsWith("keras", (string)json["module"]!, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_Called_HasTheShapeItForetells(string name)
    {
        var layer = Make(name);
        foreach (var training in new[] { false, true })
        {
            var output = Apply(layer, training);
            var foretold = layer.ComputeOutputShapes([.. Enumerable.Repeat(Shape.Create([-1, .. Input(layer).Shape.Dimensions[1..]]), Inputs(layer))])[0];
            Assert.Equal(-1, foretold[0]);
            Assert.Equal(foretold[1..], output.Shape[1..]);
            Assert.Equal(4, output.Shape[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_WithItsStreamsPutBack_RepeatsItsOutputInTraining(string name)
    {
        var layer = Make(name);
        Apply(layer, training: true);
        var putBack = layer.SaveStreams();
        var first = Apply(layer, training: true).ToArray();
        putBack();
        Assert.Equal(first, Apply(layer, training: true).ToArray());
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_InATrainedModel_LearnsAndPredicts(string name)
    {
        var layer = Make(name);
        var dense = new Dense(1) { KernelInitializer = "zeros" };
        var x = Keras.Input(Input(layer).Shape[1..]);
        Model model = Inputs(layer) == 1
            ? new Sequential([layer, new Flatten(), dense])
            : new Model(x, dense.Apply(new Flatten().Apply(layer.Apply([.. Enumerable.Repeat(x, Inputs(layer))]))));
        model.Compile("sgd", "mse");
        var (layers, y) = (model.Layers.Count, Tensor.Ones([4, 1]));
        var first = model.Evaluate(Input(layer), y).Loss;
        model.Fit(Input(layer), y, epochs: 30, verbose: 0, shuffle: false);
        Assert.Equal(layers, model.Layers.Count);
        Assert.True(model.Evaluate(Input(layer), y).Loss < first);
        Assert.Equal([4, 1], model.Predict(Input(layer)).Shape.ToArray());
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_ConfigWithAnUnknownKey_NamesIt(string name)
    {
        var json = Make(name).Serialize();
        json["config"]!["nonsense"] = 1;
        var exception = Assert.Throws<ArgumentException>(() => Layer.Deserialize(json));
        Assert.Contains("'nonsense'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Layers_AllOfThem_CanBeMadeHere() =>
        Assert.Equal(Names.Order(), Makers.Keys.Select(t => t.FullName!).Order());

    private static Layer Make(string name) => Makers.First(m => m.Key.FullName == name).Value();

    private static Tensor Apply(Layer layer, bool training = false) => layer.Apply([.. Enumerable.Repeat(Input(layer), Inputs(layer))], training);

    private static int Inputs(Layer layer) => InputCounts.GetValueOrDefault(layer.GetType(), 1);

    // Layers over sequences have three steps of two features.
    private static Tensor Input(Layer layer)
    {
        Shape shape = Sequences.Contains(layer.GetType()) ? [4, 3, 2] : [4, 6];
        return Tensor.From([.. Enumerable.Range(0, shape.Size).Select(i => MathF.Sin(i * 1.7f))], shape);
    }
}
