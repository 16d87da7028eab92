using Descent.Layers;
using Descent.Threading;

namespace Descent.Tests.Training;

/// <summary>The number of threads belongs to the process, so these tests run apart from others.</summary>
[Collection(nameof(ThreadsTests))]
[CollectionDefinition(nameof(ThreadsTests), DisableParallelization = true)]
public class ThreadsTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    public void Fit_AnyNumberOfThreads_GivesTheSameBits(int threads) => Assert.Equal(Train(1), Train(threads));

    // Wide enough that products, dropout and the optimizer are all cut into pieces.
    private static float[] Train(int threads)
    {
        var previous = Workers.Count;
        Workers.SetCount(threads);
        try
        {
            RandomSeed.Set(7);
            var x = Tensor.From([.. Enumerable.Range(0, 256 * 100).Select(i => MathF.Sin(i))], [256, 100]);
            var y = Tensor.From([.. Enumerable.Range(0, 256).Select(i => i % 10)]);
            var model = new Sequential([new Dense(300, "relu") { KernelRegularizer = "l2" }, new Dropout(0.3), new Dense(200, "gelu"), new Dense(10, "softmax")]);
            model.Compile("adam", "sparse_categorical_crossentropy", metrics: ["accuracy"]);
            var history = model.Fit(x, y, batchSize: 128, epochs: 3, verbose: 0);
            return [.. model.Weights.SelectMany(w => w.ToArray()), .. history["loss"].Select(v => (float)v)];
        }
        finally
        {
            Workers.SetCount(previous);
        }
    }
}
