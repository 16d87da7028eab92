using System.Text.Json.Nodes;

namespace Descent.Metrics;

/// <summary>Intersection over union, the mean over some classes.</summary>
public sealed class IoU : IoUMetric
{
    /// <summary>Creates the metric.</summary>
    /// <param name="numClasses">The number of classes, 1 or more.</param>
    /// <param name="targetClassIds">The classes whose mean counts, each in [0, numClasses).</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of classes is less than 1, or a class is out of range.</exception>
    public IoU(int numClasses, IReadOnlyList<int> targetClassIds)
        : base(numClasses, targetClassIds)
    {
    }

    private IoU(ConfigReader reader)
        : base(reader, reader.Int("num_classes"), reader.Ints("target_class_ids"))
    {
        IgnoreClass = reader.NullableInt("ignore_class");
        SparseYTrue = reader.Bool("sparse_y_true", SparseYTrue);
        SparseYPred = reader.Bool("sparse_y_pred", SparseYPred);
        Axis = reader.Int("axis", Axis);
    }

    /// <summary>The number of classes.</summary>
    public int NumClasses => ClassCount;

    /// <summary>The classes whose mean counts.</summary>
    public IReadOnlyList<int> TargetClassIds => Judged;

    /// <summary>A label whose places do not count; default none.</summary>
    public int? IgnoreClass { get => Ignored; init => Ignored = value; }

    /// <summary>Whether targets are labels (default), else one value per class.</summary>
    public bool SparseYTrue { get => SparseTargets; init => SparseTargets = value; }

    /// <summary>Whether predictions are labels (default), else one score per class.</summary>
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
        config["sparse_y_true"] = SparseYTrue;
        config["sparse_y_pred"] = SparseYPred;
        config["axis"] = Axis;
        return config;
    }

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static IoU FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new IoU(reader));
}

/// <summary>Intersection over union, the mean over all classes.</summary>
public sealed class MeanIoU : IoUMetric
{
    /// <summary>Creates the metric.</summary>
    /// <param name="numClasses">The number of classes, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numClasses"/> is less than 1.</exception>
    public MeanIoU(int numClasses)
        : base(numClasses)
    {
    }

    private MeanIoU(ConfigReader reader)
        : base(reader, reader.Int("num_classes"))
    {
        IgnoreClass = reader.NullableInt("ignore_class");
        SparseYTrue = reader.Bool("sparse_y_true", SparseYTrue);
        SparseYPred = reader.Bool("sparse_y_pred", SparseYPred);
        Axis = reader.Int("axis", Axis);
    }

    /// <summary>The number of classes.</summary>
    public int NumClasses => ClassCount;

    /// <summary>A label whose places do not count; default none.</summary>
    public int? IgnoreClass { get => Ignored; init => Ignored = value; }

    /// <summary>Whether targets are labels (default), else one value per class.</summary>
    public bool SparseYTrue { get => SparseTargets; init => SparseTargets = value; }

    /// <summary>Whether predictions are labels (default), else one score per class.</summary>
    public bool SparseYPred { get => SparsePredictions; init => SparsePredictions = value; }

    /// <summary>The axis of the classes where there is one; default the last.</summary>
    public int Axis { get => ClassAxis; init => ClassAxis = value; }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["num_classes"] = NumClasses;
        config["ignore_class"] = IgnoreClass;
        config["sparse_y_true"] = SparseYTrue;
        config["sparse_y_pred"] = SparseYPred;
        config["axis"] = Axis;
        return config;
    }

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static MeanIoU FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new MeanIoU(reader));
}
