using Descent.Data;
using Descent.Distribution;
using Descent.Layers;

namespace Descent.Tests.Distribution;

/// <summary>Ranks that are not about to do the same: all of them must hear of it.</summary>
[Collection(nameof(Training.ThreadsTests))] // it sets the seed, from which no other test may draw meanwhile
public sealed class StartTests
{
    [Theory]
    [InlineData(2, 1, 0)]
    [InlineData(2, 0, 0)] // of two, nobody knows who is right
    [InlineData(3, 2, 0)]
    [InlineData(3, 0, 1)]
    [InlineData(4, 0, 1)]
    public void Fit_OfDataOfAnotherLength_NamesTheRankThatIsAlone(int ranks, int odd, int right)
    {
        var failures = Ranks.Failures(ranks, communicator => Fit(communicator, communicator.Rank == odd ? 90 : 100));
        if (ranks == 2) odd = 1;
        Assert.All(failures, f => Assert.Contains(
            $"rank {odd} differs from rank {right} in its batches of data, samples of data, ", Assert.IsType<StartException>(f).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Fit_OfDataOfAnotherLength_SaysWhatRanksHave()
    {
        var message = Ranks.Failures(3, communicator => Fit(communicator, communicator.Rank == 2 ? 127 : 128))[1]!.Message;
        Assert.Contains("samples of data: 127 on rank 2, 128 on rank 0", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_OfSeveralOthers_NamesThem()
    {
        var failures = Ranks.Failures(5, communicator => StartCheck.Compare(communicator, "Fit", ("seed", $"{communicator.Rank % 3}"), ("same", "x")));
        Assert.All(failures, f => Assert.Contains("ranks 1, 2, 4 differ from rank 0 in its seed (seed: 1 on rank 1, 0 on rank 0).", f!.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Compare_OfOtherVersions_NamesThemBeforeWhatTheyStateOtherwise()
    {
        var failures = Ranks.Failures(3, communicator => StartCheck.Compare(
            communicator, "Fit", communicator.Rank == 1 ? [("version of Descent", "2.0"), ("all that is new", "x")] : [("version of Descent", "1.0"), ("weights", "(1)")]));
        Assert.All(failures, f => Assert.Contains(
            "rank 1 differs from rank 0 in its version of Descent, all that is new, weights (version of Descent: 2.0 on rank 1, 1.0 on rank 0; all that is new: x on rank 1, nothing on rank 0; weights: nothing on rank 1, (1) on rank 0).", f!.Message, StringComparison.Ordinal));
    }

    public static TheoryData<string, Action<Communicator, bool>> Refusals => new()
    {
        { "The data must have at least one sample.", (c, bad) => Fit(c, bad ? 0 : 10) },
        { "x must not have NaN.", (c, bad) => Fit(c, 10, x => bad ? x * float.NaN : x) },
        { "Each of the 3 ranks must have a row of a batch.", (c, bad) => Fit(c, 10, batchSize: bad ? 2 : 4) },
        { "The data must have at least one sample.", (c, bad) => Fit(c, 10, validation: bad ? 0 : 10) },
        { "The data must have at least one sample.", (c, bad) => Evaluate(c, bad ? 0 : 10) },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Beginning_WithDataThatOneRankRefuses_IsRefusedOnAll(string message, Action<Communicator, bool> begin)
    {
        foreach (var bad in new[] { 0, 1 })
        {
            var failures = Ranks.Failures(3, communicator => begin(communicator, communicator.Rank == bad));
            for (var rank = 0; rank < failures.Length; rank++)
            {
                Assert.StartsWith(rank == bad ? message : $"All 3 ranks must begin together. Received: rank {bad} cannot: {message}", failures[rank]!.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Fit_AfterOneThatWasRefused_Trains() => Ranks.Run(2, communicator =>
    {
        var model = Make(communicator);
        foreach (var rows in new[] { communicator.Rank == 0 ? 0 : 8, communicator.Rank == 0 ? 8 : 9 })
            Assert.NotNull(Record.Exception(() => model.Fit(Tensor.Ones([rows, 4]), Tensor.Ones([rows, 1]), verbose: 0)));
        return model.Fit(Tensor.Ones([8, 4]), Tensor.Ones([8, 1]), verbose: 0);
    });

    [Fact]
    public void Evaluate_OfDataOfAnotherLength_NamesTheRankEachTime() => Ranks.Run(3, communicator =>
    {
        var model = Make(communicator);
        Evaluate(model, 10);
        var failure = Assert.Throws<StartException>(() => Evaluate(model, communicator.Rank == 1 ? 90 : 10));
        Assert.Contains("rank 1 differs from rank 0 in its batches of data, samples of data", failure.Message, StringComparison.Ordinal);
        return Evaluate(model, 10);
    });

    public static TheoryData<string, Func<Layer>> Others => new()
    {
        { "tanh", () => new Dense(4, "tanh") },
        { "\"rate\":0.5", () => new Dropout(0.5) },
        { "Dropout", () => new Dropout(0.1) },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void Fit_OfAModelWithOtherLayersAndTheSameWeights_NamesTheRank(string difference, Func<Layer> other)
    {
        var failures = Ranks.Failures(3, communicator =>
        {
            var usual = other() is Dense ? (Layer)new Dense(4, "relu") : difference == "Dropout" ? new Activation("linear") : new Dropout(0.1);
            var model = new Sequential([Keras.Input([4]), new Dense(4), communicator.Rank == 1 ? other() : usual]);
            model.Compile("sgd", "mse", distribution: new DataParallel(communicator));
            model.Fit(Tensor.Ones([8, 4]), Tensor.Ones([8, 4]), verbose: 0);
        });
        Assert.All(failures, f =>
        {
            Assert.Contains("rank 1 differs from rank 0 in its layers (layers: ", Assert.IsType<StartException>(f).Message, StringComparison.Ordinal);
            Assert.Contains(difference, f.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Calls_ThatDiffer_AreNamedOnAllRanks()
    {
        var failures = Ranks.Failures(3, communicator =>
        {
            var model = Make(communicator, isSharded: true);
            model.Fit(Tensor.Ones([8, 4]), Tensor.Ones([8, 1]), verbose: 0);
            if (communicator.Rank == 0) model.Save(Path.Combine(Path.GetTempPath(), "never-written.keras"));
            else Evaluate(model, 8);
        });
        Assert.All(failures, f => Assert.Contains(
            "Received: Save on rank 0, Evaluate on rank 1, Evaluate on rank 2.", Assert.IsType<StartException>(f).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Fit_OfBatchesThatOneRankDoesNotShuffle_IsRefusedOnAll()
    {
        var failures = Ranks.Failures(3, communicator =>
        {
            var model = Make(communicator);
            for (var run = 0; run < 2; run++)
                model.Fit(Batches.From(Tensor.Ones([8, 4]), Tensor.Ones([8, 1]), batchSize: 4, shuffle: run == 0 || communicator.Rank != 2, seed: 1), verbose: 0);
        });
        Assert.All(failures, f => Assert.Contains("rank 2 differs from rank 0 in its shuffle of data", Assert.IsType<StartException>(f).Message, StringComparison.Ordinal));
    }

    private static void Fit(Communicator communicator, int rows, Func<Tensor, Tensor>? change = null, int batchSize = 4, int validation = 4) => Make(communicator).Fit(
        change?.Invoke(Tensor.Ones([rows, 4])) ?? Tensor.Ones([rows, 4]), Tensor.Ones([rows, 1]), batchSize: batchSize, verbose: 0,
        validationData: (Tensor.Ones([validation, 4]), Tensor.Ones([validation, 1])));

    private static void Evaluate(Communicator communicator, int rows) => Evaluate(Make(communicator), rows);

    private static double Evaluate(Model model, int rows) => model.Evaluate(Tensor.Ones([rows, 4]), Tensor.Ones([rows, 1])).Loss;

    private static Sequential Make(Communicator communicator, bool isSharded = false)
    {
        var model = new Sequential([new Dense(1) { InputShape = [4] }]);
        model.Compile("adam", "mse", distribution: new DataParallel(communicator) { ShardOptimizerState = isSharded });
        return model;
    }
}
