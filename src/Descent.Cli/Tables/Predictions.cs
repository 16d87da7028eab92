using System.Buffers;
using System.Globalization;
using Descent.Data;

namespace Descent.Cli.Tables;

/// <summary>What a network says of the rows of a table: a column each of a CSV file, and how well it meets what is known.</summary>
internal abstract class Predictions
{
    private static readonly SearchValues<char> Separators = SearchValues.Create(",;|\t\"\r\n");

    /// <summary>The names of the columns.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    private protected abstract int Count { get; }

    /// <summary>Makes the predictions.</summary>
    /// <param name="outputs">The outputs of the network, of shape <c>(rows, outputs)</c>.</param>
    /// <param name="target">What they mean; null if nobody knows.</param>
    public static Predictions Of(Tensor outputs, TableTarget? target) => target switch
    {
        ClassTarget classes => new OfClasses(outputs, classes),
        NumberTarget number => new OfNumbers(outputs, number),
        _ => new OfOutputs(outputs),
    };

    /// <summary>Writes a header and a row for each row of the table.</summary>
    public void Write(TextWriter writer)
    {
        WriteRow(writer, Names);
        for (var row = 0; row < Count; row++) WriteRow(writer, Cells(row));
    }

    /// <summary>Says in a sentence how well the predictions meet the column that holds the truth.</summary>
    /// <param name="actual">The column as it stands in the file.</param>
    /// <param name="lines">The line of the file in which each row begins.</param>
    public string Measure(CsvColumn actual, IReadOnlyList<long> lines)
    {
        var missing = Array.FindIndex(actual.Texts, text => !IsKnown(text));
        return missing < 0 ? Measure(actual.Texts) : FormattableString.Invariant(
            $"The predictions are not measured, as column '{actual.Name}' does not say the truth of each row: '{actual.Texts[missing]}' in row {lines[missing]}.");
    }

    private protected abstract IEnumerable<string> Cells(int row);

    private protected abstract bool IsKnown(string text);

    private protected abstract string Measure(string[] actual);

    private static string Format(float number) => number.ToString(CultureInfo.InvariantCulture);

    private static bool TryParse(string text, out double number) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);

    // A cell is in quotes if it would not be read back as it is.
    private static void WriteRow(TextWriter writer, IEnumerable<string> cells)
    {
        var separator = "";
        foreach (var cell in cells)
        {
            writer.Write(separator);
            var isQuoted = cell.AsSpan().ContainsAny(Separators) || cell.Length == 0 || cell != cell.Trim();
            writer.Write(isQuoted ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell);
            separator = ",";
        }

        writer.Write('\n');
    }

    /// <summary>The most probable class, and the probability of each.</summary>
    private sealed class OfClasses(Tensor outputs, ClassTarget target) : Predictions
    {
        private readonly int[] _classes = Ops.ArgMax(outputs, axis: -1).AsInt32Span().ToArray();

        public override IReadOnlyList<string> Names => [target.Name, .. target.Classes.Select(name => $"{target.Name}={name}")];

        private protected override int Count => _classes.Length;

        private protected override IEnumerable<string> Cells(int row)
        {
            yield return target.Classes[_classes[row]];
            for (var i = 0; i < target.Classes.Count; i++) yield return Format(outputs.AsSpan()[row * target.Classes.Count + i]);
        }

        private protected override bool IsKnown(string text) => !CsvCell.IsMissing(text);

        private protected override string Measure(string[] actual)
        {
            var right = 0;
            for (var row = 0; row < actual.Length; row++)
            {
                // Classes that are numbers have their shortest form.
                var predicted = target.Classes[_classes[row]];
                if (actual[row] == predicted || (TryParse(actual[row], out var number) && number.ToString(CultureInfo.InvariantCulture) == predicted)) right++;
            }

            return FormattableString.Invariant($"Column '{target.Name}' says the same for {right} of {actual.Length} rows (accuracy {(double)right / actual.Length:0.0000}).");
        }
    }

    /// <summary>A number.</summary>
    private sealed class OfNumbers(Tensor outputs, NumberTarget target) : Predictions
    {
        private readonly double[] _numbers = Array.ConvertAll(outputs.AsSpan().ToArray(), output => output * target.Deviation + target.Mean);

        public override IReadOnlyList<string> Names => [target.Name];

        private protected override int Count => _numbers.Length;

        // As many digits as a network's numbers have.
        private protected override IEnumerable<string> Cells(int row) => [target.Deviation == 1 && target.Mean == 0 ? Format((float)_numbers[row]) : _numbers[row].ToString(CultureInfo.InvariantCulture)];

        private protected override bool IsKnown(string text) => TryParse(text, out var number) && double.IsFinite(number);

        private protected override string Measure(string[] actual)
        {
            var score = RegressionScore.Of(_numbers, Array.ConvertAll(actual, text => double.Parse(text, CultureInfo.InvariantCulture)));
            return FormattableString.Invariant($"From column '{target.Name}' the predictions differ by {score.MeanAbsoluteError:G4} on average (r2 {score.R2:0.0000}).");
        }
    }

    /// <summary>The outputs as they are.</summary>
    private sealed class OfOutputs(Tensor outputs) : Predictions
    {
        private readonly int _width = outputs.Shape[1];

        public override IReadOnlyList<string> Names => _width == 1 ? ["output"] : [.. Enumerable.Range(0, _width).Select(i => FormattableString.Invariant($"output_{i}"))];

        private protected override int Count => outputs.Shape[0];

        private protected override IEnumerable<string> Cells(int row)
        {
            for (var i = 0; i < _width; i++) yield return Format(outputs.AsSpan()[row * _width + i]);
        }

        private protected override bool IsKnown(string text) => false;

        private protected override string Measure(string[] actual) => throw new NotSupportedException();
    }
}
