using System.Globalization;
using System.Text;
using System.Text.Unicode;
using CsvHelper;

namespace Descent.Data;

/// <summary>The cells of a column in some rows, as numbers or as text.</summary>
internal sealed class CsvCells(CsvRecordColumn column, int rows)
{
    public CsvRecordColumn Column => column;

    /// <summary>The numbers; null for text.</summary>
    public double[]? Numbers { get; } = column.IsText ? null : new double[rows];

    /// <summary>The texts; null for numbers.</summary>
    public string[]? Texts { get; } = column.IsText ? new string[rows] : null;

    /// <summary>Takes the cell of the record at which a reader stands; false if it does not hold what it must.</summary>
    public bool Take(CsvReader reader, int place)
    {
        var field = reader.GetSpan(column.Index);
        if (Numbers is not null)
            return double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out Numbers[place]) && float.IsFinite((float)Numbers[place]);
        return Utf8.IsValid(field) && !CsvCell.IsMissing(Texts![place] = Encoding.UTF8.GetString(field));
    }

    public CsvColumn ToColumn() => Numbers is not null ? new CsvColumn(column.Name, Numbers) : new CsvColumn(column.Name, Texts!);
}

/// <summary>A column of a CSV file that is read row by row.</summary>
/// <param name="Index">Its place, from 0.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsText">Whether its cells are read as text, and not as numbers.</param>
internal sealed record CsvRecordColumn(int Index, string Name, bool IsText);
