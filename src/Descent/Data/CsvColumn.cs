using System.Globalization;

namespace Descent.Data;

/// <summary>A column of a <see cref="CsvTable"/>: numbers where every cell is a number, text otherwise.</summary>
/// <remarks>Every cell holds a value, and every number is finite: <see cref="CsvTable.Read"/> refuses anything else.</remarks>
public sealed class CsvColumn
{
    private readonly double[]? _numbers;
    private string[]? _texts;
    private string[]? _categories;

    internal CsvColumn(string name, double[] numbers) => (Name, _numbers) = (name, numbers);

    internal CsvColumn(string name, string[] texts) => (Name, _texts) = (name, texts);

    /// <summary>Gets the name in the header, or <c>column_0</c>, <c>column_1</c>, … for a file without one.</summary>
    public string Name { get; }

    /// <summary>Gets whether every cell is a number.</summary>
    public bool IsNumeric => _numbers is not null;

    /// <summary>Gets the number of rows.</summary>
    public int RowCount => _numbers?.Length ?? _texts!.Length;

    /// <summary>Gets the numbers, one per row, all finite and in the range of float32.</summary>
    /// <exception cref="InvalidOperationException">The column holds text.</exception>
    public double[] Numbers => _numbers ?? throw new InvalidOperationException(
        $"Column '{Name}' must hold numbers. Received: text, such as '{_texts![0]}'. Use its Texts, Categories or Codes.");

    /// <summary>Gets the cells as text, one per row; a number in its shortest form (<c>1.0</c> is <c>"1"</c>).</summary>
    public string[] Texts => _texts ??= Array.ConvertAll(_numbers!, Format);

    /// <summary>Gets the distinct values: text in ordinal order, numbers in ascending order.</summary>
    public string[] Categories => _categories ??= _numbers is null
        ? [.. _texts!.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]
        : [.. _numbers.Distinct().Order().Select(Format)];

    /// <summary>Returns for every row the index of its value in <see cref="Categories"/>: the labels of a classifier.</summary>
    /// <returns>Integers in [0, <c>Categories.Length</c>), one per row.</returns>
    public int[] Codes()
    {
        var codes = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var category in Categories)
            codes.Add(category, codes.Count);
        return Array.ConvertAll(Texts, text => codes[text]);
    }

    /// <summary>A number as text.</summary>
    internal static string Format(double number) => number.ToString(CultureInfo.InvariantCulture);
}
