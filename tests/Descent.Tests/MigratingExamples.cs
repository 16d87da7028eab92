using System.Text.Json.Nodes;
using Descent;
using Descent.Layers;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;
using Keras1 = Descent.Optimizers.Keras1;
using Keras2 = Descent.Optimizers.Keras2;

// Outside of Descent's namespaces, as a user's program is.
namespace Migrating;

/// <summary>The C# of docs/migrating.md, compiled and run. MigratingPageTests compares the page with this file line by line.</summary>
public class MigratingExamples
{
    [Fact]
    public void Keras2_Model_Trains()
    {
        var model = new Sequential();
        model.Add(new Dense(64) { KernelInitializer = "uniform", InputShape = [10] });
        model.Add(new Activation("softmax"));
        var sgd = new Keras2.SGD(lr: 0.01) { Decay = 1e-6, Momentum = 0.9, Nesterov = true };
        model.Compile(loss: "mean_squared_error", optimizer: sgd);

        AssertTrains(model);
        AssertConfig("""{"learning_rate":0.009999999776482582,"decay":9.999999974752427e-07,"momentum":0.8999999761581421,"nesterov":true}""", sgd);
    }

    [Fact]
    public void Name_OfSGD_HasTheSameDefaultsInAllGenerations()
    {
        var model = Model();
        model.Compile(loss: "mean_squared_error", optimizer: "sgd");

        var ofKeras3 = AssertTrains(model);
        foreach (var version in Enum.GetValues<KerasVersion>())
        {
            model = Model();
            model.Compile(loss: "mean_squared_error", optimizer: Optimizer.Get("sgd", version));
            Assert.Equal(ofKeras3, AssertTrains(model));
        }
    }

    [Fact]
    public void Name_OfAnother_HasTheDefaultsOfTheGenerationAskedFor()
    {
        var model = Model();
        model.Compile(loss: "mean_squared_error", optimizer: Optimizer.Get("adagrad", KerasVersion.Keras2));

        AssertTrains(model);
        Assert.Equal(0.01f, (float)model.Optimizer!.LearningRate.Value);
    }

    [Fact]
    public void Keras2_ClipNorm_IsOverAllGradients()
    {
        var sgd = new Keras2.SGD(lr: 0.01) { ClipNorm = 1.0 };

        Assert.Equal([-0.006f, -0.008f], Step(sgd, 3, 4), Near);
    }

    [Fact]
    public void Keras2_ClipValue_IsOfEachElement()
    {
        var sgd = new Keras2.SGD(lr: 0.01) { ClipValue = 0.5 };

        Assert.Equal([-0.005f, 0.001f], Step(sgd, 3, -0.1f), Near);
    }

    [Fact]
    public void Keras2_Signatures_AreTheDefaults()
    {
        var sgd = new Keras2.SGD(learningRate: 0.01) { Momentum = 0.0, Nesterov = false };
        var rmsprop = new Keras2.RMSprop(learningRate: 0.001) { Rho = 0.9 };
        var adagrad = new Keras2.Adagrad(learningRate: 0.01);
        var adadelta = new Keras2.Adadelta(learningRate: 1.0) { Rho = 0.95 };
        var adam = new Keras2.Adam(learningRate: 0.001) { Beta1 = 0.9, Beta2 = 0.999, AmsGrad = false };
        var adamax = new Keras2.Adamax(learningRate: 0.002) { Beta1 = 0.9, Beta2 = 0.999 };
        var nadam = new Keras2.Nadam(learningRate: 0.002) { Beta1 = 0.9, Beta2 = 0.999 };

        AssertDefaults(KerasVersion.Keras2, sgd, rmsprop, adagrad, adadelta, adam, adamax, nadam);
    }

    [Fact]
    public void Keras1_Model_Trains()
    {
        var model = new Sequential();
        model.Add(new Dense(64) { KernelInitializer = "uniform", InputDim = 10 });
        model.Add(new Activation("tanh"));
        model.Add(new Activation("softmax"));
        var sgd = new Keras1.SGD(lr: 0.1) { Decay = 1e-6, Momentum = 0.9, Nesterov = true };
        model.Compile(loss: "mean_squared_error", optimizer: sgd);

        AssertTrains(model);
        AssertConfig("""{"lr":0.10000000149011612,"decay":9.999999974752427e-07,"momentum":0.8999999761581421,"nesterov":true}""", sgd);
    }

    [Fact]
    public void Keras1_Signatures_AreTheDefaults()
    {
        var sgd = new Keras1.SGD(lr: 0.01) { Momentum = 0.0, Decay = 0.0, Nesterov = false };
        var rmsprop = new Keras1.RMSprop(lr: 0.001) { Rho = 0.9, Epsilon = 1e-08 };
        var adagrad = new Keras1.Adagrad(lr: 0.01) { Epsilon = 1e-08 };
        var adadelta = new Keras1.Adadelta(lr: 1.0) { Rho = 0.95, Epsilon = 1e-08 };
        var adam = new Keras1.Adam(lr: 0.001) { Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-08 };
        var adamax = new Keras1.Adamax(lr: 0.002) { Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-08 };

        AssertDefaults(KerasVersion.Keras1, sgd, rmsprop, adagrad, adadelta, adam, adamax);
    }

    [Fact]
    public void Keras3_Model_Trains()
    {
        var model = new Sequential();
        model.Add(new Dense(64) { KernelInitializer = "uniform", InputShape = [10] });
        model.Add(new Activation("softmax"));
        var opt = new Adam(learningRate: 0.01);
        model.Compile(loss: "categorical_crossentropy", optimizer: opt);

        AssertTrains(model);
        Assert.Equal(0.01f, (float)opt.LearningRate.Value);
    }

    [Fact]
    public void Keras3_Name_HasItsDefaults()
    {
        var model = Model();
        model.Compile(loss: "categorical_crossentropy", optimizer: "adam");

        AssertTrains(model);
        Assert.Equal(0.001f, (float)model.Optimizer!.LearningRate.Value);
    }

    [Fact]
    public void Keras3_Schedule_GivesTheRateOfEachStep()
    {
        var lrSchedule = new ExponentialDecay(
            initialLearningRate: 1e-2,
            decaySteps: 10000,
            decayRate: 0.9);
        var optimizer = new SGD(learningRate: lrSchedule);

        Assert.Equal(-0.01f, Step(optimizer, 1)[0], Near);
        Assert.Equal(0.01 * Math.Pow(0.9, 1e-4), optimizer.LearningRate.Value, 1e-8);
    }

    [Fact]
    public void Keras3_Optimizer_AppliesPairsAndListsItsState()
    {
        var optimizer = new SGD { Momentum = 0.9 };
        var (gradient, variable) = (Tensor.From([1f, 2f]), new Variable("net/w", Tensor.From([1f, 2f])));

        optimizer.ApplyGradients([(gradient, variable)]);
        var state = optimizer.Variables;
        Assert.Equal([0.99f, 1.98f], variable.ToArray(), Near);
        Assert.Equal(["iteration", "learning_rate", "net_w_momentum"], state.Select(v => v.Name));
    }

    [Fact]
    public void Decay_AsASchedule_IsThatOfKeras2()
    {
        var old = new Keras2.SGD(lr: 0.01) { Decay = 1e-2 };
        var now = new SGD(learningRate: new InverseTimeDecay(initialLearningRate: 0.01, decaySteps: 1, decayRate: 1e-2));

        for (var step = 0; step < 3; step++)
            Assert.Equal(Step(old, 1)[0], Step(now, 1)[0], Near);
        Assert.Equal(old.LearningRate.Value, now.LearningRate.Value, 1e-8);
    }

    [Fact]
    public void Json_OfAnyGeneration_IsRead()
    {
        var json = JsonNode.Parse("""{"class_name": "Adam", "config": {"lr": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-08, "decay": 0.0}}""")!.AsObject();

        var found = Optimizer.Deserialize(json); // a Keras1.Adam
        var told = Optimizer.Deserialize(json, KerasVersion.Keras1); // the same
        Assert.IsType<Keras1.Adam>(found);
        Assert.IsType<Keras1.Adam>(told);
    }

    private static bool Near(float expected, float actual) => Math.Abs(expected - actual) < 1e-7;

    private static Sequential Model() => new([new Dense(64) { KernelInitializer = new Descent.Initializers.RandomUniform { Seed = 1 }, InputShape = [10] }, new Activation("softmax")]);

    // The loss falls; returns its course.
    private static List<double> AssertTrains(Sequential model)
    {
        var x = Tensor.From([.. Enumerable.Range(0, 80).Select(i => MathF.Sin(i))], [8, 10]);
        var y = Tensor.From([.. Enumerable.Range(0, 8 * 64).Select(i => i % 65 == 0 ? 1f : 0f)], [8, 64]);
        var losses = model.Fit(x, y, epochs: 5, shuffle: false, verbose: 0)["loss"].ToList();
        Assert.True(losses[^1] < losses[0], string.Join(" ", losses));
        return losses;
    }

    private static float[] Step(Optimizer optimizer, params float[] gradient)
    {
        var w = optimizer.TrainableVariables.Count > 0 ? optimizer.TrainableVariables[0] : new Variable("w", Tensor.Zeros([gradient.Length]));
        optimizer.Apply([Tensor.From(gradient)], [w]);
        return w.ToArray();
    }

    private static void AssertConfig(string expected, Optimizer optimizer) => Assert.Equal(expected, optimizer.GetConfig().ToJsonString());

    private static void AssertDefaults(KerasVersion version, params Optimizer[] optimizers)
    {
        foreach (var optimizer in optimizers)
            AssertConfig(Optimizer.Get(optimizer.GetType().Name, version).GetConfig().ToJsonString(), optimizer);
    }
}
