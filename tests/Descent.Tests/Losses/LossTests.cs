using System.Text.Json.Nodes;
using Descent.Losses;

namespace Descent.Tests.Losses;

public class LossTests
{
    private static readonly Tensor Labels = new[] { 2, 0 };
    private static readonly Tensor Probabilities = new[,] { { 0.2f, 0.3f, 0.5f }, { 0.6f, 0.3f, 0.1f } };

    public static TheoryData<string> BuiltIns => [.. Loss.Names.Where(n => !n.Contains('>'))];

    [Theory]
    [MemberData(nameof(BuiltIns))]
    public void Serialize_EveryBuiltIn_RoundTrips(string name)
    {
        var json = Loss.Get(name).Serialize();
        json["config"]!["name"] = "mine";
        json["config"]!["reduction"] = "mean_with_sample_weight";
        Assert.Equal("keras.losses", json["module"]!.GetValue<string>());
        Golden.AssertSameJson(json, Loss.Deserialize(json).Serialize());
    }

    [Theory]
    [MemberData(nameof(BuiltIns))]
    public void Compute_ShapesThatDoNotFit_NamesBoth(string name)
    {
        var error = Assert.Throws<ArgumentException>(() => Loss.Get(name).Compute(Tensor.Ones([3, 4]), Tensor.Ones([2, 5])));
        Assert.Contains("(3, 4)", error.Message, StringComparison.Ordinal);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(BuiltIns))]
    public void Compute_UnknownArgument_Throws(string name)
    {
        var json = new JsonObject { ["class_name"] = name, ["config"] = new JsonObject { ["nonsense"] = 1 } };
        Assert.StartsWith("Argument(s) not recognized: 'nonsense'.", Assert.Throws<ArgumentException>(() => Loss.Deserialize(json)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SparseCategoricalCrossentropy_LabelOutOfRange_NamesItsPlace(bool fromLogits)
    {
        var loss = new SparseCategoricalCrossentropy { FromLogits = fromLogits };
        Says("Labels must be in [0, 3). Received: 3 at position 1.", () => loss.Compute(new[] { 2, 3 }, Probabilities));
        Says("Labels must be in [0, 3). Received: -1 at position 0.", () => loss.Compute(new[] { -1, 3 }, Probabilities));
        Says("Labels must be whole numbers. Received: 0.5 at position 1.", () => loss.Compute(new[] { 1f, 0.5f }, Probabilities));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-2)]
    public void SparseCategoricalCrossentropy_OtherAxis_EqualsTransposed(int axis)
    {
        var logits = Tensor.From([.. Enumerable.Range(0, 24).Select(i => MathF.Sin(i * i))], [2, 3, 4]);
        Tensor labels = new[,] { { 0, 1, 2, 0 }, { 2, 1, 0, 1 } };
        foreach (var fromLogits in new[] { false, true })
        {
            var input = fromLogits ? logits : Ops.Softmax(logits, axis);
            var expected = new SparseCategoricalCrossentropy { FromLogits = fromLogits }.Compute(labels, Ops.Transpose(input, [0, 2, 1]));
            var actual = new SparseCategoricalCrossentropy { FromLogits = fromLogits, Axis = axis }.Compute(labels, input);
            Golden.AssertClose(expected.Item(), actual.Item(), 1e-6);
            var oneHot = Ops.OneHot(labels, 3, axis: 1);
            Golden.AssertClose(expected.Item(), new CategoricalCrossentropy { FromLogits = fromLogits, Axis = axis }.Compute(oneHot, input).Item(), 1e-6);
        }
    }

    [Fact]
    public void SparseCategoricalCrossentropy_IgnoredNaN_LeavesLossAndGradientFinite()
    {
        Tensor logits = new[,] { { 1f, 2f }, { float.NaN, 0f } };
        using var tape = new GradientTape();
        tape.Watch(logits);
        var value = new SparseCategoricalCrossentropy { FromLogits = true, IgnoreClass = 255 }.Compute(new[] { 1, 255 }, logits);
        Golden.AssertClose(Math.Log(1 + Math.Exp(-1)), value.Item(), 1e-6);
        Assert.All(tape.Gradient(value, logits)!.ToArray(), g => Assert.True(float.IsFinite(g)));
    }

    [Fact]
    public void Compute_Mask_LeavesSamplesOut()
    {
        Tensor yTrue = new[,] { { 1f }, { 2f }, { 3f }, { 4f } };
        var yPred = Tensor.Zeros([4, 1]);
        Tensor mask = new[] { true, false, true, false };
        Assert.Equal(5f, new MeanSquaredError().Compute(yTrue, yPred, mask: mask).Item());
        Assert.Equal(10f, new MeanSquaredError { Reduction = LossReduction.Sum }.Compute(yTrue, yPred, mask: mask).Item());
        Assert.Equal([1f, 0f, 9f, 0f], new MeanSquaredError { Reduction = LossReduction.None }.Compute(yTrue, yPred, mask: mask).ToArray());
        Assert.Equal(7f, new MeanSquaredError { Reduction = LossReduction.MeanWithSampleWeight }.Compute(yTrue, yPred, new[] { 1f, 5f, 3f, 5f }, mask).Item());
        Assert.Equal(0f, new MeanSquaredError().Compute(yTrue, yPred, mask: new[] { false, false, false, false }).Item());
    }

    [Fact]
    public void Compute_WeightsOfOtherShape_SaysWhatFits()
        => Says(
            "Sample weights must have the shape (2,) of the values that they weigh, or the beginning of it. Received: (3,).",
            () => new MeanSquaredError().Compute(Tensor.Ones([2, 3]), Tensor.Ones([2, 3]), Tensor.Ones([3])));

    [Fact]
    public void Compute_WeightsPerSample_HoldForAllOfItsValues()
    {
        var loss = new MeanAbsoluteError { Reduction = LossReduction.None };
        var losses = loss.Compute(Tensor.Ones([2, 2, 3]), Tensor.Zeros([2, 2, 3]), new[] { 1f, 2f });
        Assert.Equal([1f, 1f, 2f, 2f], losses.ToArray());
    }

    [Fact]
    public void Compute_TargetsThatLackTheLastAxis_AreExpanded()
        => Assert.Equal(2.5f, new MeanSquaredError().Compute(new[] { 1, 2 }, Tensor.Zeros([2, 1])).Item());

    [Fact]
    public void Constructors_BadArguments_SayWhatMustHold()
    {
        Says("Delta must be positive and finite. Received: 0.", () => new Huber(0));
        Says("Q must be in (0, 1). Received: 1.", () => new CategoricalGeneralizedCrossEntropy(1));
        Says("LabelSmoothing must be in [0, 1]. Received: 1.5.", () => new BinaryCrossentropy { LabelSmoothing = 1.5 });
        Says("Argument 'reduction' of Huber must be one of 'sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none'. Received: 'auto'.",
            () => Huber.FromConfig(new JsonObject { ["reduction"] = "auto" }));
    }

    [Fact]
    public void FromConfig_ReductionNull_MeansNone()
        => Assert.Equal(LossReduction.None, Poisson.FromConfig(new JsonObject { ["reduction"] = null }).Reduction);

    [Fact]
    public void Resolve_Crossentropy_GoesByShapes()
    {
        Assert.IsType<BinaryCrossentropy>(Loss.Resolve("crossentropy", [8, 1], [8, 1]));
        Assert.IsType<SparseCategoricalCrossentropy>(Loss.Resolve("ce", [8], [8, 3]));
        Assert.IsType<SparseCategoricalCrossentropy>(Loss.Resolve("CE", [8, 1], [8, 3]));
        Assert.IsType<CategoricalCrossentropy>(Loss.Resolve("crossentropy", [8, 3], [8, 3]));
        Assert.IsType<MeanSquaredError>(Loss.Resolve("mse", [8, 3], [8, 3]));
    }

    [Fact]
    public void Get_NameOfOlderKeras_SuggestsTodays()
        => Says("Unknown loss 'logcosh'. Did you mean 'LogCosh'", () => Loss.Get("logcosh"));

    [Fact]
    public void From_FunctionOnVectorAndColumn_DoesNotBroadcastThem()
    {
        var loss = Loss.From((yTrue, yPred) => Ops.Square(yTrue - yPred));
        Tensor column = new[,] { { 1f }, { 2f }, { 3f } };
        Assert.Equal(0f, loss.Compute(new[] { 1, 2, 3 }, column).Item());
        Assert.Equal(0f, loss.Compute(column, new[] { 1f, 2f, 3f }).Item());
    }

    [Fact]
    public void From_Function_ComputesButCannotBeWritten()
    {
        var loss = Loss.From((yTrue, yPred) => Ops.Mean(Ops.Abs(yTrue - yPred), [-1]), "mine");
        Assert.Equal("mine", loss.Name);
        Assert.Equal(1f, loss.Compute(new[,] { { 1, 1 } }, Tensor.Zeros([1, 2])).Item());
        Assert.StartsWith("Loss 'mine' is made from a function", Assert.Throws<InvalidOperationException>(loss.Serialize).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deserialize_RegisteredUserClass_RoundTrips()
    {
        KerasRegistry.Register<Cubic>("LossTests");
        var json = new Cubic { Reduction = LossReduction.Sum }.Serialize();
        Golden.AssertSameJson(JsonNode.Parse("""{"name": "cubic", "reduction": "sum"}"""), json["config"]);
        Assert.Equal(9f, Loss.Deserialize(json).Compute(new[] { 1, 2 }, Tensor.Zeros([2])).Item());
    }

    [Fact]
    public void SparseAndCategoricalCrossentropy_SameTargets_Agree()
        => Golden.AssertClose(
            new CategoricalCrossentropy().Compute(Ops.OneHot(Labels, 3), Probabilities).Item(),
            new SparseCategoricalCrossentropy().Compute(Labels, Probabilities).Item(),
            1e-6);

    private static void Says(string message, Func<object> action)
        => Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);

    private sealed class Cubic : Loss
    {
        public override Tensor Call(Tensor yTrue, Tensor yPred) => Ops.Power(Ops.Abs(yTrue - yPred), 3f);

        public static Cubic FromConfig(JsonObject config) => new() { Reduction = Enum.Parse<LossReduction>(config["reduction"]!.GetValue<string>(), ignoreCase: true) };
    }

    [Fact]
    public void BinaryCrossentropy_LabelsOfThreeClasses_SaysWhichLossTheyNeed()
    {
        var error = Assert.Throws<ArgumentException>(() => new BinaryCrossentropy().Compute(Tensor.From([0f, 2f, 1f], [3, 1]), Tensor.Full([3, 1], 0.5f)));
        Assert.StartsWith("Targets of BinaryCrossentropy must be in [0, 1]. Received: 2 at position 1. Classes numbered from 0 need SparseCategoricalCrossentropy", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CategoricalCrossentropy_OfOneUnit_SaysWhichLossItNeeds()
    {
        var error = Assert.Throws<ArgumentException>(() => new CategoricalCrossentropy().Compute(Tensor.From([0f, 1f], [2, 1]), Tensor.Full([2, 1], 0.5f)));
        Assert.StartsWith("CategoricalCrossentropy needs 2 or more classes along axis -1. Received: predictions of shape (2, 1).", error.Message, StringComparison.Ordinal);
        Assert.Contains("needs BinaryCrossentropy", error.Message, StringComparison.Ordinal);
    }
}
