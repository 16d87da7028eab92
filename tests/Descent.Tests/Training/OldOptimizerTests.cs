using Descent.Callbacks;
using Descent.Layers;
using Descent.Optimizers;
using Descent.Optimizers.Legacy;
using Keras1 = Descent.Optimizers.Keras1;
using Keras2 = Descent.Optimizers.Keras2;

namespace Descent.Tests.Training;

/// <summary>The optimizers of Keras 1 and 2 inside <c>Compile</c> and <c>Fit</c>.</summary>
public class OldOptimizerTests
{
    [Fact]
    public void Fit_WithALossScaleAroundAnOldOptimizer_GivesTheSameWeights()
    {
        var (plain, scaled) = (Model(new Keras2.SGD(lr: 0.1) { Decay = 0.5 }), Model(new LossScaleOptimizer(new Keras2.SGD(lr: 0.1) { Decay = 0.5 })));
        foreach (var model in new[] { plain, scaled }) model.Fit(X(), Y(), epochs: 3, shuffle: false, verbose: 0);
        foreach (var (a, b) in plain.Weights.Zip(scaled.Weights)) Golden.AssertClose(a.ToArray(), b.ToArray(), 1e-6);
    }

    /// <summary>As in Keras 2, callbacks see and set the rate before decay: what they read and set again must not decay twice.</summary>
    [Fact]
    public void Callbacks_OfTheLearningRate_LeaveDecayAlone()
    {
        var sgd = new Keras1.SGD(lr: 0.5) { Decay = 1 };
        var model = Model(new LossScaleOptimizer(sgd));
        var history = model.Fit(X(), Y(), epochs: 3, batchSize: 4, verbose: 0, callbacks: [new LearningRateScheduler((_, rate) => rate)]);
        Assert.Equal([0.5, 0.5, 0.5], history["learning_rate"]);
        Assert.Equal((6, (float)(0.5 / 7)), (sgd.Iterations, (float)sgd.LearningRate.Value));

        model.Fit(X(), Y(), epochs: 2, verbose: 0, callbacks: [new ReduceLROnPlateau("loss") { Factor = 0.5, Patience = 1, MinDelta = 1000 }]);
        Assert.Equal(0.25, sgd.Lr);
    }

    [Fact]
    public void Fit_LayerTurnedOn_KeepsTheStateOfTheOthers()
    {
        var adam = new Keras2.Adam();
        var model = new Sequential([new Dense(3) { InputShape = [2], Trainable = false }, new Dense(1)]);
        model.Compile(optimizer: adam, loss: "mean_squared_error");
        model.Fit(X(), Y(), epochs: 2, verbose: 0);
        Assert.Equal(["iterations", "m_0", "m_1", "v_0", "v_1", "vhat_0", "vhat_1"], adam.Variables.Select(v => v.Path));
        var before = adam.Variables[1].ToArray();

        model.Layers[0].Trainable = true;
        var history = model.Fit(X(), Y(), epochs: 1, verbose: 0, callbacks: [new LambdaCallback { EpochBegin = _ => Assert.Equal(before, adam.Variables[3].ToArray()) }]);
        Assert.Equal(["m_0", "m_1", "m_2", "m_3"], adam.Variables.Select(v => v.Path).Where(p => p.StartsWith("m_", StringComparison.Ordinal)));
        Assert.Equal(3, adam.Iterations);
        Assert.Single(history["loss"]);
    }

    private static Sequential Model(Optimizer optimizer)
    {
        var model = new Sequential([new Dense(1) { KernelInitializer = "zeros", InputShape = [2] }]);
        model.Compile(optimizer: optimizer, loss: "mean_squared_error");
        return model;
    }

    private static Tensor X() => Tensor.From([.. Enumerable.Range(0, 16).Select(i => MathF.Sin(i))], [8, 2]);

    private static Tensor Y() => Tensor.From([.. Enumerable.Range(0, 8).Select(i => MathF.Sin(2 * i) - 2 * MathF.Sin(2 * i + 1))], [8, 1]);
}
