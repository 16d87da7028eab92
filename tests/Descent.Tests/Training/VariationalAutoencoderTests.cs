using Descent.Callbacks;
using Descent.Data;
using Descent.Layers;
using Descent.Metrics;

namespace Descent.Tests.Training;

/// <summary>The variational autoencoder of Keras' examples, line by line: a layer that samples, and a model with a step of its own.</summary>
[Collection(nameof(ThreadsTests))] // it sets the seed, from which no other test may draw meanwhile
public class VariationalAutoencoderTests
{
    private static readonly Tensor X = RandomOps.Uniform([64, 8], seed: 1);

    [Fact]
    public void Fit_KerasExample_LearnsAndRepeatsItself()
    {
        var losses = Train();
        Assert.True(losses[^1] < 0.9 * losses[0]);
        Assert.Equal(losses, Train());

        static IReadOnlyList<double> Train()
        {
            RandomSeed.Set(3);
            var model = new Vae(latentDim: 2);
            model.Compile(new Descent.Optimizers.Adam(0.01));
            return model.Fit(X, epochs: 30, batchSize: 16, verbose: 0)["loss"];
        }
    }

    [Fact]
    public void Sampling_TriedOutAsSymbolic_DrawsNothing()
    {
        var (tried, fresh) = (new Sampling(), new Sampling());
        var (mean, logVariance) = (Keras.Input([3]), Keras.Input([3]));
        Assert.Equal([-1, 3], tried.Apply([mean, logVariance]).Shape);
        Tensor[] inputs = [Tensor.Zeros([4, 3]), Tensor.Zeros([4, 3])];
        var first = fresh.Apply(inputs).ToArray();
        Assert.Equal(first, tried.Apply(inputs).ToArray());
        Assert.NotEqual(first, fresh.Apply(inputs).ToArray());
        Assert.Equal(RandomOps.Normal([4, 3], seed: 1337).ToArray(), first);
    }

    private sealed class Sampling : Layer
    {
        private readonly SeedGenerator _seeds;

        public Sampling() => _seeds = Track(new SeedGenerator(1337));

        public override Tensor Call(Tensor x, bool training = false) => throw new NotSupportedException("Two inputs are needed.");

        public override Tensor Call(IReadOnlyList<Tensor> inputs, bool training = false)
        {
            var (mean, logVariance) = (inputs[0], inputs[1]);
            return mean + Ops.Exp(logVariance * 0.5f) * RandomOps.Normal(mean.Shape, seed: _seeds);
        }
    }

    private sealed class Vae : Model
    {
        private readonly Model _encoder;
        private readonly Sequential _decoder;
        private readonly Mean _loss;

        public Vae(int latentDim)
        {
            var input = Keras.Input([8]);
            var x = new Dense(16, "relu").Apply(input);
            var mean = new Dense(latentDim).Apply(x);
            var logVariance = new Dense(latentDim).Apply(x);
            _encoder = Track(new Model(input, [mean, logVariance, new Sampling().Apply([mean, logVariance])]));
            _decoder = Track(new Sequential([new Dense(16, "relu"), new Dense(8, "sigmoid")]));
            _loss = TrackMetric(new Mean { Name = "loss" });
        }

        protected override Logs TrainStep(Batch batch)
        {
            using var tape = new GradientTape();
            var outputs = _encoder.ApplyAll([batch.X], new LayerCall(training: true));
            var (mean, logVariance, z) = (outputs[0], outputs[1], outputs[2]);
            var error = Ops.Mean(Ops.Sum(Ops.Square(batch.X - _decoder.Apply(z, training: true)), [-1]));
            var divergence = Ops.Mean(Ops.Sum(-0.5f * (1f + logVariance - Ops.Square(mean) - Ops.Exp(logVariance)), [-1]));
            var loss = error + divergence * 0.01f;
            Optimizer!.Apply(tape.Gradient(loss, TrainableVariables), TrainableVariables);
            _loss.UpdateState(loss);
            return new Logs { ["loss"] = _loss.Result().Item() };
        }
    }
}
