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
        [typeof(Sequential)] = () => new Sequential([new Dense(4), new Sequential([new Dense(2)])]),
        [typeof(Model)] = () => Keras.Input([6]) is var x ? new Model(x, new Dense(2).Apply(x) + new Dense(2, "tanh").Apply(x)) : null!,
    };

    // Layers that take several inputs; all others are given one.
    private static readonly Dictionary<Type, int> InputCounts = new() { [typeof(Subtract)] = 2, [typeof(Dot)] = 2 };

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
            var foretold = layer.ComputeOutputShapes([.. Enumerable.Repeat<Shape>([-1, 6], Inputs(layer))])[0];
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
        var x = Keras.Input([6]);
        Model model = Inputs(layer) == 1
            ? new Sequential([layer, new Flatten(), dense])
            : new Model(x, dense.Apply(new Flatten().Apply(layer.Apply([.. Enumerable.Repeat(x, Inputs(layer))]))));
        model.Compile("sgd", "mse");
        var (layers, y) = (model.Layers.Count, Tensor.Ones([4, 1]));
        var first = model.Evaluate(Input(), y).Loss;
        model.Fit(Input(), y, epochs: 30, verbose: 0, shuffle: false);
        Assert.Equal(layers, model.Layers.Count);
        Assert.True(model.Evaluate(Input(), y).Loss < first);
        Assert.Equal([4, 1], model.Predict(Input()).Shape.ToArray());
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

    private static Tensor Apply(Layer layer, bool training = false) => layer.Apply([.. Enumerable.Repeat(Input(), Inputs(layer))], training);

    private static int Inputs(Layer layer) => InputCounts.GetValueOrDefault(layer.GetType(), 1);

    private static Tensor Input() => Tensor.From([.. Enumerable.Range(0, 24).Select(i => MathF.Sin(i * 1.7f))], [4, 6]);
}
