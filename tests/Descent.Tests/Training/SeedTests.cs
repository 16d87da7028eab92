using Descent.Layers;

namespace Descent.Tests.Training;

/// <summary>The seed belongs to the process, so these tests run apart from others.</summary>
[Collection(nameof(ThreadsTests))]
public class SeedTests
{
    [Fact]
    public void Fit_SameSeed_GivesTheSameWeightsShuffledAndDropped()
    {
        var (first, seed) = Train();
        var (second, _) = Train();
        Assert.Equal(first, second);
        Assert.Equal(42, seed);

        static (float[], long) Train()
        {
            RandomSeed.Set(42);
            var model = FitTests.Classifier(new Dropout(0.2));
            var history = model.Fit(FitTests.X, FitTests.Y, epochs: 3, verbose: 0);
            return ([.. model.Weights.SelectMany(w => w.ToArray())], history.Seed);
        }
    }
}
