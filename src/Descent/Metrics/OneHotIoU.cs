using System.Text.Json.Nodes;

namespace Descent.Metrics;

/// <summary>Intersection over union, the mean over some classes, for one-hot targets.</summary>
public sealed class OneHotIoU : IoUMetric
{
    /// <summary>Creates the metric.</summary>
    /// <param name="numClasses">The number of classes, 1 or more.</param>
    /// <param name="targetClassIds">The classes whose mean counts, each in [0, numClasses).</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of classes is less than 1, or a class is out of range.</exception>
    public OneHotIoU(int numClasses, IReadOnlyList<int> targetClassIds)
        : base(numClasses, targetClassIds, sparse: false)
    {
    }

    private OneHotIoU(ConfigReader reader)
        : base(reader, reader.Int("num_classes"), reader.Ints("target_class_ids"), sparse: false)
    {
        IgnoreClass = reader.NullableInt("ignore_class");
        SparseYPred = reader.Bool("sparse_y_pred", SparseYPred);
        Axis = reader.Int("axis", Axis);
    }

    /// <summary>The number of classes.</summary>
    public int NumClasses => ClassCount;

    /// <summary>The classes whose mean counts.</summary>
    public IReadOnlyList<int> TargetClassIds => Judged;

    /// <summary>A label whose places do not count; default none.</summary>
    public int? IgnoreClass { get => Ignored; init => Ignored = value; }

    /// <summary>Whether predictions are labels, else one score per class (default).</summary>
    public bool SparseYPred { get => SparsePredictions; init => SparsePredictions = value; }

    /// <summary>The axis of the classes where there is one; default the last.</summary>
    public int Axis { get => ClassAxis; init => ClassAxis = value; }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["num_classes"] = NumClasses;
        config["target_class_ids"] = KerasJson.Integers(TargetClassIds);
        config["ignore_class"] = IgnoreClass;
        config["sparse_y_pred"] = SparseYPred;
        config["axis"] = Axis;
        return config;
    }

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static OneHotIoU FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new OneHotIoU(reader));
}

/// <summary>Intersection over union, the mean over all classes, for one-hot targets.</summary>
public sealed class OneHotMeanIoU : IoUMetric
{
    /// <summary>Creates the metric.</summary>
    /// <param name="numClasses">The number of classes, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numClasses"/> is less than 1.</exception>
    public OneHotMeanIoU(int numClasses)
        : base(numClasses, sparse: false)
    {
    }

    private OneHotMeanIoU(ConfigReader reader)
        : base(reader, reader.Int("num_classes"), sparse: false)
    {
        IgnoreClass = reader.NullableInt("ignore_class");
        SparseYPred = reader.Bool("sparse_y_pred", SparseYPred);
        Axis = reader.Int("axis", Axis);
    }

    /// <summary>The number of classes.</summary>
    public int NumClasses => ClassCount;

    /// <summary>A label whose places do not count; default none.</summary>
    public int? IgnoreClass { get => Ignored; init => Ignored = value; }

    /// <summary>Whether predictions are labels, else one score per class (default).</summary>
    public bool SparseYPred { get => SparsePredictions; init => SparsePredictions = value; }

    /// <summary>The axis of the classes where there is one; default the last.</summary>
    public int Axis { get => ClassAxis; init => ClassAxis = value; }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["num_classes"] = NumClasses;
        config["ignore_class"] = IgnoreClass;
        config["sparse_y_pred"] = SparseYPred;
        config["axis"] = Axis;
        return config;
    }

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static OneHotMeanIoU FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new OneHotMeanIoU(reader));
}
