using Descent.Callbacks;
using Descent.Layers;
using Descent.Optimizers;

namespace Descent.Tests.Training;

/// <summary>Layers turned on and off after Compile, which Keras answers with "unknown variable".</summary>
public class TrainableTests
{
    private static readonly Tensor X = FitTests.X, Y = FitTests.Y;

    public static TheoryData<string> Kinds => ["sgd", "adam", "rmsprop", "muon", "nadam", "lamb", "ftrl", "schedulefreeadamw"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Trainable_TurnedOnAfterCompile_MakesStateAndKeepsWhatIsThere(string optimizer)
    {
        var model = Create(optimizer);
        model.GetLayer(0).Trainable = false;
        Fit(model, 2);
        var before = Values(model.Optimizer!);
        var first = model.GetLayer(0).GetWeights()[0].ToArray();
        var iterations = model.Optimizer!.Iterations;

        model.GetLayer(0).Trainable = true;
        model.Fit(X, Y, verbose: 0, batchSize: 50, initialEpoch: 0, epochs: 0);
        Assert.Equal(6, model.Optimizer.TrainableVariables.Count);
        var after = Values(model.Optimizer);
        Assert.All(before, pair => Assert.Equal(pair.Value, after[pair.Key]));
        Fit(model, 1);
        Assert.NotEqual(first, model.GetLayer(0).GetWeights()[0].ToArray());
        Assert.Equal(iterations + 2, model.Optimizer.Iterations);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Trainable_TurnedOffAndOn_GoesOnWithTheOldState(string optimizer)
    {
        var model = Create(optimizer, ema: true);
        Fit(model, 1);
        model.GetLayer(1).Trainable = false;
        var (weights, state) = (model.GetLayer(1).GetWeights()[0].ToArray(), OfSecond(model));
        Fit(model, 3);
        Assert.Equal(weights, model.GetLayer(1).GetWeights()[0].ToArray());
        Assert.Equal(state, OfSecond(model));
        model.GetLayer(1).Trainable = true;
        Fit(model, 1);
        Assert.NotEqual(weights, model.GetLayer(1).GetWeights()[0].ToArray());
        Assert.NotEqual(state, OfSecond(model));

        static float[][] OfSecond(Sequential model) =>
            [.. model.Optimizer!.Variables.Where(v => v.Path.Contains("second", StringComparison.Ordinal) && v.DType == DType.Float32).Select(v => v.ToArray())];
    }

    [Fact]
    public void Trainable_TurnedOnByACallback_CountsFromTheNextEpoch()
    {
        var model = Create("adam");
        model.GetLayer(0).Trainable = false;
        List<float> traces = [];
        model.Fit(X, Y, verbose: 0, epochs: 3, callbacks: [new LambdaCallback
        {
            EpochBegin = epoch => model.GetLayer(0).Trainable = epoch == 1,
            EpochEnd = (_, _) => traces.Add(model.GetLayer(0).GetWeights()[0].ToArray().Sum()),
        }]);
        Assert.NotEqual(traces[0], traces[1]);
        Assert.Equal(traces[1], traces[2]);
    }

    [Fact]
    public void Trainable_AllTurnedOff_TrainsNothingAndSaysNothing()
    {
        var model = Create("adam", ema: true);
        model.Trainable = false;
        model.Build([-1, 4]);
        var before = model.GetWeights().Select(w => w.ToArray()).ToArray();
        Fit(model, 1);
        Assert.Equal(before, model.GetWeights().Select(w => w.ToArray()));
        model.Trainable = true;
        Fit(model, 1);
        Assert.NotEqual(before[0], model.GetWeights()[0].ToArray());
    }

    [Fact]
    public void Ema_OfALayerTurnedOn_BeginsAtItsWeights()
    {
        var model = new Sequential([new Dense(3, "relu"), new Dense(3)]);
        model.Compile(new SGD(learningRate: 1e-6) { UseEma = true }, "mse");
        model.GetLayer(0).Trainable = false;
        model.Fit(X, Tensor.Zeros([100, 3]), verbose: 0);
        model.GetLayer(0).Trainable = true;
        var before = model.GetLayer(0).GetWeights()[0].ToArray();
        model.Fit(X, Tensor.Zeros([100, 3]), verbose: 0);
        Assert.All(before.Zip(model.GetLayer(0).GetWeights()[0].ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
    }

    [Fact]
    public void Fit_OptimizerWhoseBuildKeepsItsOldLists_ThrowsInsteadOfMixingThemUp()
    {
        var model = Create("sgd");
        model.Compile(new Careless(), "sparse_categorical_crossentropy");
        model.GetLayer(1).Trainable = false;
        Fit(model, 1);
        model.GetLayer(1).Trainable = true;
        Assert.StartsWith(
            "'careless/sequential_first_kernel_momentum' was state of an optimizer that has been built again since, for more variables.",
            Assert.Throws<InvalidOperationException>(() => Fit(model, 1)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_LayerTurnedOnWhoseVariablesCannotBeTaken_LeavesTheOptimizerAsItWas()
    {
        var model = Create("adam");
        var adam = new Adam();
        model.Compile(new MultiOptimizer(new OptimizerMap(adam) { [".*first/.*"] = new SGD(), [".*/bias"] = new SGD() }), "sparse_categorical_crossentropy");
        model.GetLayer(0).Trainable = false;
        Fit(model, 2);
        var before = Values(model.Optimizer!);
        model.GetLayer(0).Trainable = true;
        Assert.Contains("first/bias", Assert.Throws<ArgumentException>(() => Fit(model, 1)).Message, StringComparison.Ordinal);
        Assert.Equal(before, Values(model.Optimizer!));
        model.GetLayer(0).Trainable = false;
        Fit(model, 1);
        Assert.Equal(6, adam.Iterations);
    }

    [Fact]
    public void ParameterGroups_OfALayerThatIsTurnedOnLater_CountFromThen()
    {
        var model = Create("sgd");
        model.Compile(new SGD(1) { ParameterGroups = [new("/first/") { LearningRateMultiplier = 1e-6 }] }, "sparse_categorical_crossentropy");
        model.GetLayer(0).Trainable = false;
        Fit(model, 1);
        model.GetLayer(0).Trainable = true;
        var (first, second) = (model.GetLayer(0).GetWeights()[0].ToArray(), model.GetLayer(1).GetWeights()[0].ToArray());
        Fit(model, 1);
        var moved = first.Zip(model.GetLayer(0).GetWeights()[0].ToArray(), (a, b) => Math.Abs(a - b)).Max();
        Assert.InRange(moved, 1e-12, 1e-5);
        Assert.True(second.Zip(model.GetLayer(1).GetWeights()[0].ToArray(), (a, b) => Math.Abs(a - b)).Max() > 1e-3);

        model.Compile(new SGD { ParameterGroups = [new("/fist/")] }, "sparse_categorical_crossentropy");
        Assert.Contains("'/fist/' must match the path of a variable", Assert.Throws<ArgumentException>(() => Fit(model, 1)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("lamb")]
    public void Ema_OfAVariableThatIsNotTrainable_IsNotKept(string name)
    {
        var json = Optimizer.Get(name).Serialize();
        json["config"]!["use_ema"] = true;
        json["config"]!["ema_overwrite_frequency"] = 2;
        var optimizer = Optimizer.Deserialize(json);
        Variable[] variables = [new("a", 1f), new("b", 1f) { Trainable = false }];
        for (var step = 0; step < 4; step++) optimizer.Apply([1f, 1f], variables);
        Assert.Equal(0, optimizer.Variables.Single(v => v.Path.EndsWith("b_average", StringComparison.Ordinal)).Value.Item());
        Assert.NotEqual(0, optimizer.Variables.Single(v => v.Path.EndsWith("a_average", StringComparison.Ordinal)).Value.Item());
    }

    [Fact]
    public void Fit_OptimizerOfAnotherModel_IsRefused()
    {
        var (first, second) = (Create("adam"), Create("adam"));
        Fit(first, 1);
        second.Compile(first.Optimizer!, "sparse_categorical_crossentropy");
        Assert.Contains("Unknown variable", Assert.Throws<ArgumentException>(() => Fit(second, 1)).Message, StringComparison.Ordinal);
    }

    private static Sequential Create(string optimizer, bool ema = false)
    {
        var model = new Sequential([new Dense(5, "tanh") { Name = "first" }, new Dense(4, "tanh") { Name = "second" }, new Dense(3, "softmax") { Name = "third" }]);
        var json = Optimizer.Get(optimizer).Serialize();
        json["config"]!.AsObject()["use_ema"] = ema;
        model.Compile(Optimizer.Deserialize(json), "sparse_categorical_crossentropy");
        return model;
    }

    private sealed class Careless() : Optimizer(0.01)
    {
        private readonly List<Variable> _momentums = [];

        public override void Build(IReadOnlyList<Variable> variables)
        {
            base.Build(variables);
            foreach (var variable in variables) _momentums.Add(AddVariableFromReference(variable, "momentum"));
        }

        public override void UpdateStep(Tensor gradient, Variable variable, double learningRate)
        {
            AssignAdd(_momentums[GetVariableIndex(variable)], gradient);
            AssignSub(variable, _momentums[GetVariableIndex(variable)] * (float)learningRate);
        }
    }

    private static void Fit(Sequential model, int epochs) => model.Fit(X, Y, verbose: 0, batchSize: 50, epochs: epochs);

    // A path may stand for several variables; the old ones come first.
    private static Dictionary<string, float[]> Values(Optimizer optimizer) => optimizer.Variables.Where(v => v.DType == DType.Float32)
        .GroupBy(v => v.Path).SelectMany(g => g.Select((v, i) => (Key: $"{g.Key}#{i}", Value: v.ToArray()))).ToDictionary(p => p.Key, p => p.Value);
}
