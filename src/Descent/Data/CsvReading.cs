namespace Descent.Data;

/// <summary>How a column of a CSV file is read.</summary>
internal enum CsvReading
{
    /// <summary>As numbers or as text, whichever it holds.</summary>
    Guessed,

    /// <summary>As text, though it may look like numbers.</summary>
    Text,

    /// <summary>As numbers; any other text is refused.</summary>
    Numbers,

    /// <summary>As the text that stands there; cells may be empty.</summary>
    Raw,

    /// <summary>Not at all.</summary>
    None,
}
