using Descent.Cli.Tables;
using Descent.Data;
using Descent.Layers;

namespace Descent.Cli;

/// <summary>Tells classes apart.</summary>
internal sealed class ClassificationTask : LearningTask
{
    private readonly string _column;
    private readonly string[] _classes;
    private readonly int[] _codes;

    public ClassificationTask(CsvColumn target)
    {
        (_column, _classes, _codes) = (target.Name, target.Categories, target.Codes());
        if (_classes.Length == target.RowCount)
            throw new InvalidDataException($"A class must have more than one row. Received: {_classes.Length} different values in the {target.RowCount} rows of column '{target.Name}'.");
    }

    public override string Name => "classification";

    public override string Description => $"{_classes.Length} classes";

    public override string Loss => "sparse_categorical_crossentropy";

    public override string Metric => "accuracy";

    public override (int[] Train, int[] Validation) Split(double validationSplit, int seed) =>
        TrainTestSplit.Stratified(_codes, validationSplit, seed);

    public override Tensor Targets(int[] rows) => Array.ConvertAll(rows, row => _codes[row]);

    public override Layer OutputLayer() => new Dense(_classes.Length, "softmax");

    public override Outcome Measure(Tensor predictions, int[] train, int[] validation)
    {
        var predicted = Ops.ArgMax(predictions, axis: -1).AsInt32Span();
        var right = 0;
        for (var i = 0; i < validation.Length; i++)
        {
            if (predicted[i] == _codes[validation[i]])
                right++;
        }
        var usual = train.CountBy(row => _codes[row]).MaxBy(pair => pair.Value).Key;
        var usualRight = validation.Count(row => _codes[row] == usual);
        return new Outcome(
            FormattableString.Invariant($"Of {validation.Length} rows it had not seen, the network classified {right} right ({Share(right):0.0} %). Always answering '{_classes[usual]}' would get {usualRight} right ({Share(usualRight):0.0} %)."),
            ("val_accuracy", (double)right / validation.Length));

        double Share(int count) => 100.0 * count / validation.Length;
    }

    public override TableTarget Complete(Sequential model) => new ClassTarget(_column, _classes);
}
