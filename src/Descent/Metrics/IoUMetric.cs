using System.Text.Json.Nodes;
using Descent.Losses;

namespace Descent.Metrics;

/// <summary>
/// The mean over classes of intersection over union: <c>tp / (tp + fp + fn)</c>, of the places where a class is and where it is predicted.
/// Classes that neither occur nor are predicted do not count; places with a label out of range are passed over.
/// </summary>
public abstract class IoUMetric : Metric
{
    private readonly int _classes;
    private readonly int[] _judged;
    private readonly DType _dtype;
    private Variable? _matrix;

    private protected IoUMetric(int numClasses, IEnumerable<int>? targetClassIds = null, bool sparse = true)
    {
        _classes = Check.AtLeast(1, numClasses, "NumClasses");
        _judged = [.. targetClassIds ?? Enumerable.Range(0, numClasses)];
        foreach (var id in _judged)
            if ((uint)id >= (uint)numClasses)
                throw new ArgumentOutOfRangeException(nameof(targetClassIds), $"TargetClassIds must be in [0, {numClasses}). Received: {id}.");
        if (_judged.Length == 0)
            throw new ArgumentException("TargetClassIds must name at least one class. Received: none.", nameof(targetClassIds));
        SparseTargets = SparsePredictions = sparse;
        _dtype = DType.Int32;
    }

    private protected IoUMetric(ConfigReader reader, int numClasses, IEnumerable<int>? targetClassIds = null, bool sparse = true)
        : this(numClasses, targetClassIds, sparse)
    {
        if (reader.NullableString("name") is { } name) Name = name;
        _dtype = reader.NullableString("dtype") switch
        {
            null or "int" or "int32" => DType.Int32,
            "float32" => DType.Float32,
            var other => throw new ArgumentException($"Argument 'dtype' of {GetType().Name} must be 'int32' or 'float32'. Received: '{other}'."),
        };
    }

    /// <summary>Whether sample weights count with their fractions; default false: they are cut to whole numbers, as Keras does.</summary>
    public bool FractionalWeights { get => _dtype == DType.Float32; init => _dtype = value ? DType.Float32 : DType.Int32; }

    /// <inheritdoc/>
    public override IReadOnlyList<Variable> Variables
    {
        get
        {
            _matrix ??= AddVariableOf(_dtype, "total_confusion_matrix", [_classes, _classes]);
            return base.Variables;
        }
    }

    private protected override DType DType => _dtype;

    private protected int ClassCount => _classes;

    private protected IReadOnlyList<int> Judged => _judged;

    /// <summary>A label whose places do not count.</summary>
    private protected int? Ignored { get; init; }

    /// <summary>Whether targets are labels; else one value per class.</summary>
    private protected bool SparseTargets { get; init; }

    /// <summary>Whether predictions are labels; else one score per class.</summary>
    private protected bool SparsePredictions { get; init; }

    /// <summary>The axis of the classes where there is one.</summary>
    private protected int ClassAxis { get; init; } = -1;

    /// <inheritdoc/>
    public override void UpdateState(Tensor yTrue, Tensor yPred, Tensor? sampleWeight = null)
    {
        var truth = ToLabels(yTrue, SparseTargets);
        var predicted = ToLabels(yPred, SparsePredictions);
        if (truth.Length != predicted.Length)
            throw new ArgumentException($"{GetType().Name} needs as many targets as predictions. Received: targets {yTrue.Shape}, predictions {yPred.Shape}.", nameof(yTrue));
        var weights = new SampleWeights(sampleWeight, truth.Shape);
        var t = truth.Ints;
        var p = predicted.Ints;
        var cells = Variables[0].Write();
        for (var i = 0; i < t.Length; i++)
        {
            if ((uint)t[i] >= (uint)_classes || (uint)p[i] >= (uint)_classes || t[i] == Ignored) continue;
            Add(ref cells[t[i] * _classes + p[i]], (float)weights[i]);
        }
    }

    /// <inheritdoc/>
    public override Tensor Result()
    {
        var matrix = Targets.Float(Variables[0]).Floats;
        double sum = 0, present = KerasMath.Epsilon;
        foreach (var c in _judged)
        {
            double union = -matrix[c * _classes + c];
            for (var i = 0; i < _classes; i++) union += matrix[c * _classes + i] + matrix[i * _classes + c];
            if (union <= 1e-9) continue;
            sum += matrix[c * _classes + c] / (union + KerasMath.Epsilon);
            present++;
        }

        return Tensor.Scalar((float)(sum / present));
    }

    private Tensor ToLabels(Tensor y, bool sparse)
    {
        ArgumentNullException.ThrowIfNull(y);
        return sparse ? Ops.Cast(y, DType.Int32) : Ops.ArgMax(Targets.Float(y), ClassAxis);
    }

    // A cell holds an int32 or a float32, whichever the variable is of.
    private void Add(ref float cell, float weight)
        => cell = _dtype == DType.Float32 ? cell + weight : BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(cell) + (int)weight);
}
