using System.Text.Json.Nodes;
using Descent.Metrics;

namespace Descent.Tests.Metrics;

public class MetricTests
{
    private static readonly Dictionary<string, JsonObject> Required = new()
    {
        ["PrecisionAtRecall"] = new() { ["recall"] = 0.5 },
        ["RecallAtPrecision"] = new() { ["precision"] = 0.5 },
        ["SensitivityAtSpecificity"] = new() { ["specificity"] = 0.5 },
        ["SpecificityAtSensitivity"] = new() { ["sensitivity"] = 0.5 },
        ["IoU"] = new() { ["num_classes"] = 3, ["target_class_ids"] = new JsonArray(0, 2) },
        ["OneHotIoU"] = new() { ["num_classes"] = 3, ["target_class_ids"] = new JsonArray(1) },
        ["MeanIoU"] = new() { ["num_classes"] = 3 },
        ["OneHotMeanIoU"] = new() { ["num_classes"] = 3 },
    };

    public static TheoryData<string> BuiltIns => [.. Metric.Names.Where(n => !n.Contains('>'))];

    [Theory]
    [MemberData(nameof(BuiltIns))]
    public void Serialize_EveryBuiltIn_RoundTrips(string name)
    {
        var json = Make(name).Serialize();
        Assert.Equal("keras.metrics", json["module"]!.GetValue<string>());
        Golden.AssertSameJson(json, Metric.Deserialize(json).Serialize());
    }

    [Theory]
    [MemberData(nameof(BuiltIns))]
    public void UpdateState_ShapesThatDoNotFit_NamesWhatCame(string name)
    {
        var metric = Make(name);
        if (metric is Mean or Sum)
        {
            var error = Assert.Throws<InvalidOperationException>(() => metric.UpdateState(Tensor.Ones([2]), Tensor.Ones([2]), null));
            Assert.StartsWith($"{name} takes values, not targets and predictions.", error.Message, StringComparison.Ordinal);
            return;
        }

        Assert.Contains("(3, 4)", Assert.ThrowsAny<ArgumentException>(() => metric.UpdateState(Tensor.Ones([3, 4]), Tensor.Ones([2, 5]))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(BuiltIns))]
    public void Result_BeforeAnyBatch_IsZero(string name)
        => Assert.All(Make(name).Result().ToArray(), value => Assert.Equal(0f, value));

    [Fact]
    public void UpdateState_WeightsOfTwo_EqualEveryRowTwice()
    {
        foreach (var name in Metric.Names.Where(n => !n.Contains('>') && n is not ("Mean" or "Sum" or "R2Score")))
        {
            var sparse = name.StartsWith("Sparse", StringComparison.Ordinal);
            var labels = name.Contains("IoU", StringComparison.Ordinal) && !name.StartsWith("OneHot", StringComparison.Ordinal);
            var yTrue = sparse ? Tensor.From([0, 2, 1, 1]) : labels ? Tensor.From([0, 1, 1, 0]) : Ops.OneHot(Tensor.From([0, 2, 1, 1]), 3);
            var yPred = labels ? Tensor.From([0f, 1f, 0f, 0f]) : Ops.Softmax(Tensor.From([1f, 0f, 2f, -1f, 0.5f, 1f, 3f, 1f, 1f, 0f, 2f, 1f], [4, 3]));
            var (weighted, repeated) = (Make(name), Make(name));
            weighted.UpdateState(yTrue, yPred, new[] { 1f, 2f, 1f, 2f });
            foreach (var row in new[] { 0, 1, 1, 2, 3, 3 })
                repeated.UpdateState(Ops.Take(yTrue, Tensor.From([row]), axis: 0), Ops.Take(yPred, Tensor.From([row]), axis: 0));
            Golden.AssertClose(repeated.Result().AsSpan(), weighted.Result().AsSpan(), 1e-5, name);
        }
    }

    [Theory]
    [InlineData("mse", typeof(MeanSquaredError))]
    [InlineData("MAE", typeof(MeanAbsoluteError))]
    [InlineData("bce", typeof(BinaryCrossentropy))]
    [InlineData("auc", typeof(AUC))]
    [InlineData("AUC", typeof(AUC))]
    [InlineData("f1_score", typeof(F1Score))]
    [InlineData("sparse_top_k_categorical_accuracy", typeof(SparseTopKCategoricalAccuracy))]
    public void Get_KerasName_MakesTheClass(string name, Type expected)
    {
        Metric metric = name;
        Assert.IsType(expected, metric);
    }

    [Fact]
    public void Get_ClassWithoutDefault_NamesTheArgument()
        => Says("MeanIoU must be given the argument 'num_classes'.", () => Metric.Get("mean_io_u"));

    [Fact]
    public void Resolve_Accuracy_GoesByShapesAndKeepsTheName()
    {
        Check<BinaryAccuracy>("accuracy", [8, 1], [8, 1]);
        Check<SparseCategoricalAccuracy>("acc", [8], [8, 3]);
        Check<SparseCategoricalAccuracy>("accuracy", [8, 1], [8, 3]);
        Check<CategoricalAccuracy>("Accuracy", [8, 3], [8, 3]);
        Check<SparseCategoricalCrossentropy>("ce", [8, 4], [8, 4, 3]);
        Check<MeanSquaredError>("mse", [8, 3], [8, 3]);

        static void Check<T>(string name, Shape yTrue, Shape yPred)
        {
            var metric = Metric.Resolve(name, yTrue, yPred);
            Assert.IsType<T>(metric);
            Assert.Equal(name, metric.Name);
        }
    }

    [Fact]
    public void Name_OfClassesWithoutOne_IsNumbered()
    {
        var (first, second) = (new TrueNegatives().Name, new TrueNegatives().Name);
        Assert.Matches("^true_negatives(_[0-9]+)?$", first);
        Assert.NotEqual(first, second);
        Assert.Equal("mean_absolute_error", new MeanAbsoluteError().Name);
    }

    [Fact]
    public void Precision_ThresholdsInAnyOrder_KeepTheirOrder()
    {
        var metric = new Precision { Thresholds = [0.7, 0.2] };
        metric.UpdateState(new[] { 1, 0, 1, 0 }, new[] { 0.9f, 0.5f, 0.3f, 0.1f });
        Golden.AssertClose([1f, 2f / 3f], metric.Result().AsSpan(), 1e-6);
        Golden.AssertSameJson(JsonNode.Parse("[0.7, 0.2]"), metric.GetConfig()["thresholds"]);
        Golden.AssertSameJson(JsonNode.Parse("0.7"), new Precision { Thresholds = 0.7 }.GetConfig()["thresholds"]);
    }

    [Fact]
    public void Recall_ClassId_JudgesThatClassAlone()
    {
        var metric = new Recall { ClassId = 1 };
        metric.UpdateState(new[,] { { 1, 1 }, { 1, 1 }, { 1, 0 } }, new[,] { { 0f, 0.9f }, { 0f, 0.1f }, { 0f, 0.9f } });
        Assert.Equal(0.5f, metric.Result().Item());
        Says("ClassId 2 needs predictions with a last axis of more than 2 classes. Received shape (1, 2).",
            () => new Recall { ClassId = 2 }.UpdateState(Tensor.Ones([1, 2]), Tensor.Ones([1, 2])));
    }

    [Fact]
    public void AUC_MultiLabel_IsTheWeightedMeanOfLabels()
    {
        Tensor yTrue = new[,] { { 0, 1 }, { 0, 0 }, { 1, 1 }, { 1, 0 } };
        Tensor yPred = new[,] { { 0.1f, 0.9f }, { 0.4f, 0.8f }, { 0.35f, 0.3f }, { 0.8f, 0.2f } };
        var first = new AUC();
        first.UpdateState(Ops.Slice(yTrue, [0, 0], [4, 1]), Ops.Slice(yPred, [0, 0], [4, 1]));
        var second = new AUC();
        second.UpdateState(Ops.Slice(yTrue, [0, 1], [4, 1]), Ops.Slice(yPred, [0, 1], [4, 1]));
        Golden.AssertClose(0.75, first.Result().Item(), 1e-6);
        var both = new AUC { MultiLabel = true, NumLabels = 2, LabelWeights = [3, 1] };
        both.UpdateState(yTrue, yPred);
        Golden.AssertClose((3 * first.Result().Item() + second.Result().Item()) / 4, both.Result().Item(), 1e-6);
        Assert.Equal([200, 2], both.Variables[0].Shape.ToArray());
        Assert.Throws<InvalidOperationException>(() => new AUC { NumLabels = 2 }.GetConfig());
    }

    [Theory]
    [InlineData(AucCurve.ROC, AucSummationMethod.Minoring)]
    [InlineData(AucCurve.PR, AucSummationMethod.Majoring)]
    [InlineData(AucCurve.PRGain, AucSummationMethod.Interpolation)]
    public void AUC_PerfectPredictions_CoverEverything(AucCurve curve, AucSummationMethod method)
    {
        var metric = new AUC { Curve = curve, SummationMethod = method };
        metric.UpdateState(new[] { 0, 1, 0, 1 }, new[] { 0.1f, 0.9f, 0.2f, 0.8f });
        Golden.AssertClose(1, metric.Result().Item(), 1e-6);
        Golden.AssertSameJson(metric.GetConfig(), AUC.FromConfig(metric.GetConfig()).GetConfig());
    }

    [Fact]
    public void AUC_GivenThresholds_AreSortedAndWritten()
    {
        var metric = new AUC { Thresholds = [0.6, 0.1] };
        Assert.Equal(4, metric.NumThresholds);
        Golden.AssertSameJson(JsonNode.Parse("[0.1, 0.6]"), AUC.FromConfig(metric.GetConfig()).GetConfig()["thresholds"]);
    }

    // Keras' documentation of each class has these numbers.
    [Fact]
    public void OperatingPoints_ExamplesOfKeras_GiveItsResults()
    {
        Is(0.5f, new SensitivityAtSpecificity(0.5), [0, 0, 0, 1, 1], [0f, 0.3f, 0.8f, 0.3f, 0.8f]);
        Is(0.66666667f, new SpecificityAtSensitivity(0.5), [0, 0, 0, 1, 1], [0f, 0.3f, 0.8f, 0.3f, 0.8f]);
        Is(0.5f, new PrecisionAtRecall(0.5), [0, 0, 0, 1, 1], [0f, 0.3f, 0.8f, 0.3f, 0.8f]);
        Is(0.5f, new RecallAtPrecision(0.8), [0, 0, 1, 1], [0f, 0.5f, 0.3f, 0.9f]);

        static void Is(float expected, Metric metric, int[] yTrue, float[] yPred)
        {
            metric.UpdateState(yTrue, yPred);
            Golden.AssertClose(expected, metric.Result().Item(), 1e-6, metric.Name);
        }
    }

    [Fact]
    public void IoU_ExamplesOfKeras_GiveItsResults()
    {
        Is(0.33333334f, new IoU(2, [0]), [0, 0, 1, 1], [0f, 1f, 0f, 1f]);
        Is(0.33333334f, new MeanIoU(2), [0, 0, 1, 1], [0f, 1f, 0f, 1f]);
        Is(0.33333334f, new BinaryIoU([0, 1]) { Threshold = 0.3 }, [0, 1, 0, 1], [0.1f, 0.2f, 0.4f, 0.7f]);
        Is(0.23809524f, new MeanIoU(2) { FractionalWeights = true }, [0, 0, 1, 1], [0f, 1f, 0f, 1f], [0.3f, 0.3f, 0.3f, 0.1f]);

        static void Is(float expected, Metric metric, int[] yTrue, float[] yPred, float[]? weights = null)
        {
            metric.UpdateState(yTrue, yPred, weights is null ? null : Tensor.From(weights));
            Golden.AssertClose(expected, metric.Result().Item(), 1e-6, metric.Name);
        }
    }

    [Fact]
    public void MeanIoU_LabelsOutOfRangeOrIgnored_ArePassedOver()
    {
        var metric = new MeanIoU(2) { IgnoreClass = 1 };
        metric.UpdateState(new[] { 0, 255, 1, 0 }, new[] { 0, 0, 0, 7 });
        Assert.Equal([1, 0, 0, 0], metric.Variables[0].Value.ToInt32Array());
    }

    [Fact]
    public void CorrelationMetrics_KnownValues_AgreeWithTheFormula()
    {
        Tensor yTrue = new[,] { { 0f, 1f, 0.5f }, { 1f, 1f, 0.2f } };
        Tensor yPred = new[,] { { 0.1f, 0.9f, 0.5f }, { 1f, 0.9f, 0.2f } };
        double pearson = 0, concordance = 0;
        for (var row = 0; row < 2; row++)
        {
            double Mean(Func<int, double> f) => (f(0) + f(1) + f(2)) / 3;
            double y = Mean(i => yTrue[row, i]), p = Mean(i => yPred[row, i]);
            var cov = Mean(i => (yTrue[row, i] - y) * (yPred[row, i] - p));
            double vy = Mean(i => Math.Pow(yTrue[row, i] - y, 2)), vp = Mean(i => Math.Pow(yPred[row, i] - p, 2));
            pearson += cov / Math.Sqrt(vy * vp) / 2;
            concordance += 2 * cov / (vy + vp + Math.Pow(y - p, 2)) / 2;
        }

        var metrics = new Metric[] { new PearsonCorrelation(), new ConcordanceCorrelation() };
        foreach (var metric in metrics) metric.UpdateState(yTrue, yPred);
        Golden.AssertClose(pearson, metrics[0].Result().Item(), 1e-5);
        Golden.AssertClose(concordance, metrics[1].Result().Item(), 1e-5);
    }

    [Fact]
    public void R2Score_AdjustedAndPerOutput_FollowTheFormula()
    {
        Tensor yTrue = new[,] { { 1f, 0f }, { 4f, 1f }, { 3f, 5f }, { 7f, 2f } };
        Tensor yPred = new[,] { { 2f, 0f }, { 4f, 1f }, { 4f, 5f }, { 6f, 2f } };
        var perOutput = new R2Score { ClassAggregation = R2Aggregation.None };
        var adjusted = new R2Score { ClassAggregation = R2Aggregation.None, NumRegressors = 1 };
        perOutput.UpdateState(yTrue, yPred);
        adjusted.UpdateState(yTrue, yPred);
        var expected = 1 - 3 / 18.75;
        Golden.AssertClose([(float)expected, 1f], perOutput.Result().AsSpan(), 1e-6);
        Golden.AssertClose([(float)(1 - (1 - expected) * 3 / 2), 1f], adjusted.Result().AsSpan(), 1e-6);
    }

    [Fact]
    public void SparseTopK_SortedIds_LooksAtTheFirst()
    {
        var metric = new SparseTopKCategoricalAccuracy { K = 2, FromSortedIds = true };
        metric.UpdateState(new[] { 7, 3 }, new[,] { { 1, 7, 3 }, { 1, 7, 3 } });
        Assert.Equal(0.5f, metric.Result().Item());
    }

    [Fact]
    public void Constructors_BadArguments_SayWhatMustHold()
    {
        Says("Thresholds must be in [0, 1]. Received: 1.5.", () => new Precision { Thresholds = 1.5 });
        Says("TopK must be 1 or more. Received: 0.", () => new Recall { TopK = 0 });
        Says("NumThresholds must be 2 or more. Received: 1.", () => new AUC { NumThresholds = 1 });
        Says("Beta must be positive and finite. Received: 0.", () => new FBetaScore(0));
        Says("Threshold must be in (0, 1]. Received: 0.", () => new F1Score { Threshold = 0 });
        Says("TargetClassIds must be in [0, 2). Received: 2.", () => new IoU(2, [2]));
        Says("Recall must be in [0, 1]. Received: -1.", () => new PrecisionAtRecall(-1));
        Says("Argument 'dtype' of AUC must be 'float32'. Received: 'float16'.", () => AUC.FromConfig(new JsonObject { ["dtype"] = "float16" }));
        Says("F1Score needs predictions of shape (batch, classes). Received: (3,).", () => new F1Score().UpdateState(Tensor.Ones([3]), Tensor.Ones([3])));
    }

    [Fact]
    public void From_Function_TakesItsMean()
    {
        var metric = Metric.From((yTrue, yPred) => Ops.Max(Ops.Abs(yTrue - yPred), [-1]), "largest_error");
        metric.UpdateState(new[,] { { 1, 2 } }, Tensor.Zeros([1, 2]));
        metric.UpdateState(new[,] { { 3, 4 } }, Tensor.Zeros([1, 2]));
        Assert.Equal(("largest_error", 3f), (metric.Name, metric.Result().Item()));
        Assert.Throws<InvalidOperationException>(metric.Serialize);
    }

    [Fact]
    public void From_FunctionOnVectorAndColumn_DoesNotBroadcastThem()
    {
        var metric = Metric.From((yTrue, yPred) => Ops.Abs(yTrue - yPred));
        metric.UpdateState(new[] { 1, 2, 3 }, new[,] { { 1f }, { 2f }, { 3f } });
        Assert.Equal(0f, metric.Result().Item());
    }

    [Fact]
    public void Deserialize_RegisteredUserClass_RoundTrips()
    {
        KerasRegistry.Register<Seen>("MetricTests");
        var metric = Metric.Deserialize(new Seen { Name = "rows" }.Serialize());
        metric.UpdateState(Tensor.Ones([3, 1]), Tensor.Ones([3, 1]));
        metric.UpdateState(Tensor.Ones([2, 1]), Tensor.Ones([2, 1]));
        Assert.Equal(("rows", 5f), (metric.Name, metric.Result().Item()));
    }

    private static Metric Make(string name) => Metric.Deserialize(new JsonObject
    {
        ["class_name"] = name,
        ["config"] = Required.TryGetValue(name, out var config) ? config.DeepClone() : new JsonObject(),
    });

    private static void Says(string message, Action action)
        => Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);

    private static void Says(string message, Func<object> action) => Says(message, () => { action(); });

    private sealed class Seen : Metric
    {
        private readonly Variable _rows;

        public Seen() => _rows = AddVariable("rows");

        public override void UpdateState(Tensor yTrue, Tensor yPred, Tensor? sampleWeight = null) => _rows.Assign(_rows + (float)yPred.Shape[0]);

        public override Tensor Result() => _rows.Value;

        public static Seen FromConfig(JsonObject config) => new() { Name = config["name"]!.GetValue<string>() };
    }
}
