using System.Globalization;
using System.Text;
using Descent.Data;

namespace Descent.Tests.Data;

public class CsvTableTests
{
    [Fact]
    public void Read_NumbersAndText_FindsTheKindOfEachColumn()
    {
        var table = TemporaryCsv.Read("age,colour,score\n31,red,1.5\n-4,blue,2e3\n");

        Assert.True(table.HasHeader);
        Assert.Equal(2, table.RowCount);
        Assert.Equal(["age", "colour", "score"], table.Columns.Select(column => column.Name));
        Assert.Equal([true, false, true], table.Columns.Select(column => column.IsNumeric));
        Assert.Equal([31, -4], table["age"].Numbers);
        Assert.Equal([1.5, 2000], table["score"].Numbers);
        Assert.Equal(["red", "blue"], table["colour"].Texts);
    }

    [Fact]
    public void Read_QuotedFields_KeepsSeparatorsQuotesAndLineBreaks()
    {
        var table = TemporaryCsv.Read("name,\"size, in cm\"\n\"a \"\"b\"\", c\",1\n\"two\nlines\",2\n");

        Assert.Equal(["a \"b\", c", "two\nlines"], table["name"].Texts);
        Assert.Equal([1, 2], table["size, in cm"].Numbers);
    }

    [Theory]
    [InlineData("a,b\r\n1,x\r\n2,y")]
    [InlineData("a;b\n1;x\n2;y\n")]
    [InlineData("a\tb\n1\tx\n2\ty\n")]
    [InlineData("a , b\n\n1 , x\n\n 2,y\n\n")]
    public void Read_OtherLayouts_GivesTheSameTable(string text)
    {
        var table = TemporaryCsv.Read(text);

        Assert.Equal([1, 2], table["a"].Numbers);
        Assert.Equal(["x", "y"], table["b"].Texts);
    }

    [Fact]
    public void Read_ByteOrderMark_IsNotPartOfTheFirstName()
    {
        using var file = new TemporaryCsv("");
        File.WriteAllText(file.Path, "a,b\n1,2\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

        Assert.Equal("a", CsvTable.Read(file.Path).Columns[0].Name);
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-32")]
    public void Read_ByteOrderMarkOfAnotherEncoding_IsFollowed(string encoding)
    {
        using var file = new TemporaryCsv("");
        File.WriteAllText(file.Path, "größe,b\n1,ä\n", Encoding.GetEncoding(encoding));

        Assert.Equal(["ä"], CsvTable.Read(file.Path)["b"].Texts);
        Assert.Equal([1], CsvTable.Read(file.Path)["größe"].Numbers);
    }

    [Fact]
    public void Read_BytesThatAreNoText_AreNotTakenForOneAnother()
    {
        using var file = new TemporaryCsv("");
        File.WriteAllText(file.Path, "a,b\n1,ä\n2,ö\n", Encoding.Latin1);

        var message = Assert.Throws<InvalidDataException>(() => CsvTable.Read(file.Path)).Message;
        Assert.StartsWith($"'{file.Path}' must be text in UTF-8. Received: the byte 0xE4", message, StringComparison.Ordinal);
        Assert.EndsWith("Save the file as UTF-8.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DecimalCommas_AreNamedAndNotTakenForCategories()
    {
        const string Text = "a;b\n-0,5;x\n1,25;y\n";
        var message = Assert.Throws<InvalidDataException>(() => TemporaryCsv.Read(Text)).Message;
        Assert.StartsWith("Every number must be written with a decimal point and no other mark. Received: '-0,5' in row 2, column 'a' of ", message, StringComparison.Ordinal);

        using var file = new TemporaryCsv(Text);
        Assert.Equal(["-0,5", "1,25"], CsvTable.Read(file.Path, categorical: ["a"])["a"].Texts);
    }

    [Fact]
    public void Read_CultureWithDecimalComma_StillReadsPoints()
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NumberGroupSeparator = "." } };
            var column = TemporaryCsv.Read("a,b\n1.5,x\n")["a"];
            Assert.Equal([1.5], column.Numbers);
            Assert.Equal(["1.5"], column.Texts);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Read_FirstRowHoldsANumber_NamesTheColumnsItself()
    {
        var table = TemporaryCsv.Read("5.1,setosa\n4.9,versicolor\n");

        Assert.False(table.HasHeader);
        Assert.Equal(["column_0", "column_1"], table.Columns.Select(column => column.Name));
        Assert.Equal([5.1, 4.9], table["column_0"].Numbers);
    }

    [Fact]
    public void Read_HeaderTold_OverrulesTheGuess()
    {
        using var years = new TemporaryCsv("city,2019,2020\nBern,1,2\n");
        using var words = new TemporaryCsv("red,big\nblue,small\n");

        Assert.Equal([2], CsvTable.Read(years.Path, hasHeader: true)["2020"].Numbers);
        Assert.Equal(["red", "blue"], CsvTable.Read(words.Path, hasHeader: false)["column_0"].Texts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("NA")]
    [InlineData("n/a")]
    [InlineData("NaN")]
    [InlineData("?")]
    [InlineData("null")]
    [InlineData("\"\"")]
    public void Read_MissingValue_IsNamedWithRowAndColumn(string cell)
    {
        // A quoted line break above: rows are lines of the file, as an editor counts them.
        using var file = new TemporaryCsv($"name,age,city\n\"a\nb\",1,x\n\nc,{cell},y\n");

        var error = Assert.Throws<InvalidDataException>(() => CsvTable.Read(file.Path));

        Assert.Equal(
            $"Every cell must hold a value. Received: '{cell.Trim('"')}' in row 5, column 'age' of '{file.Path}'. Fill it in, delete the row, or leave the column out.",
            error.Message);
    }

    [Theory]
    [InlineData("inf")]
    [InlineData("-Inf")]
    [InlineData("Infinity")]
    [InlineData("-NaN")]
    [InlineData("1e999")]
    [InlineData("1e39")]
    public void Read_NumberNotFinite_IsNamedWithRowAndColumn(string cell)
    {
        using var file = new TemporaryCsv($"a,b\n1,2\n3,{cell}\n");

        var error = Assert.Throws<InvalidDataException>(() => CsvTable.Read(file.Path));

        Assert.StartsWith($"Every number must be finite in float32. Received: '{cell}' in row 3, column 'b' of '{file.Path}'.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_StrayTextAmongNumbers_IsNamedWithRowAndColumn()
    {
        using var file = new TemporaryCsv("a\n" + string.Concat(Enumerable.Range(0, 20).Select(i => $"{i}\n")) + "1O\n");

        var error = Assert.Throws<InvalidDataException>(() => CsvTable.Read(file.Path));

        Assert.StartsWith("Every cell of a numeric column must be a number. Received: '1O' in row 22, column 'a'", error.Message, StringComparison.Ordinal);
        Assert.False(CsvTable.Read(file.Path, categorical: ["a"])["a"].IsNumeric);
    }

    [Fact]
    public void Read_TextThatRecursAmongNumbers_IsACategory()
    {
        var table = TemporaryCsv.Read("children\n" + string.Concat(Enumerable.Repeat("0\n1\n2\n0\n1\n2\n0\n1\n2\n0\n3+\n", 2)));

        Assert.Equal(["0", "1", "2", "3+"], table["children"].Categories);
    }

    [Theory]
    [InlineData("a,b\n1,2\n3\n", "Every row must have 2 fields, as the first one has. Received: 1 in row 3 of")]
    [InlineData("a,b\n1,2\n3,4,5\n", "Every row must have 2 fields, as the first one has. Received: 3 in row 3 of")]
    [InlineData("a,b,a\n1,2,3\n", "Column names must be distinct. Received: 'a' for columns 1 and 3 in row 1 of")]
    [InlineData("a,,b\n1,2,3\n", "Every column must have a name. Received: an empty name for column 2 in row 1 of")]
    [InlineData("a,b\n1,\"x\n2,y\n", "A quoted field must end with a quote. Received: a quote that is never closed in the record that starts in row 2 of")]
    [InlineData("", "A table must have at least one row. Received:")]
    [InlineData("\n\n", "A table must have at least one row. Received:")]
    [InlineData("a,b\n", "A table must have at least one row. Received:")]
    public void Read_MalformedFile_SaysWhatAndWhere(string text, string message)
    {
        using var file = new TemporaryCsv(text);

        var error = Assert.Throws<InvalidDataException>(() => CsvTable.Read(file.Path));

        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(file.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MissingFile_NamesThePath()
    {
        var error = Assert.Throws<FileNotFoundException>(() => CsvTable.Read("no/such.csv"));

        Assert.Equal("The path must be that of a CSV file. Received: 'no/such.csv', which does not exist.", error.Message);
    }

    [Fact]
    public void Read_WithoutAColumn_IgnoresWhatIsMissingThere()
    {
        using var file = new TemporaryCsv("a,cabin,b\n1,,x\n2,C85,y\n");

        Assert.Equal(["a", "b"], CsvTable.Read(file.Path, without: ["cabin"]).Columns.Select(column => column.Name));
        Assert.Throws<ArgumentException>(() => CsvTable.Read(file.Path, without: ["a", "b", "cabin"]));
    }

    [Fact]
    public void Read_CategoricalColumn_KeepsTheText()
    {
        using var file = new TemporaryCsv("zip,y\n01067,1\n99084,2\n");

        Assert.Equal(["01067", "99084"], CsvTable.Read(file.Path, categorical: ["zip"])["zip"].Texts);
    }

    [Fact]
    public void Indexer_UnknownName_ListsTheNearest()
    {
        var table = TemporaryCsv.Read("sepal_length,sepal_width,petal_length,species\n1,2,3,a\n");

        var error = Assert.Throws<ArgumentException>(() => table["Specis"]);

        Assert.Equal(
            $"The name must be that of a column of '{table.Path}'. Received: 'Specis'. The nearest of its 4 columns: 'species', 'sepal_width', 'sepal_length'.",
            error.Message);
    }

    [Fact]
    public void Without_Names_LeavesTheOtherColumns()
    {
        var table = TemporaryCsv.Read("a,b,c\n1,2,3\n");

        Assert.Equal(["b"], table.Without("c", "a").Columns.Select(column => column.Name));
        Assert.Equal(3, table.Columns.Count);
        Assert.Throws<ArgumentException>(() => table.Without("d"));
        var error = Assert.Throws<ArgumentException>(() => table.Without("a", "b", "c"));
        Assert.StartsWith("At least one column", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Column_Categories_AreSortedByKindAndCoded()
    {
        var table = TemporaryCsv.Read("n,t\n10,b\n9,B\n10.0,a\n-1,b\n");

        Assert.Equal(["-1", "9", "10"], table["n"].Categories);
        Assert.Equal([2, 1, 2, 0], table["n"].Codes());
        Assert.Equal(["B", "a", "b"], table["t"].Categories);
        Assert.Equal([2, 0, 1, 2], table["t"].Codes());
    }

    [Fact]
    public void Column_NumbersOfText_SaysWhatToUse()
    {
        var error = Assert.Throws<InvalidOperationException>(() => TemporaryCsv.Read("t\nx\n")["t"].Numbers);

        Assert.Equal("Column 't' must hold numbers. Received: text, such as 'x'. Use its Texts, Categories or Codes.", error.Message);
    }

    [Theory]
    [InlineData("iris.csv", 150, 5, "species", 3)]
    [InlineData("breast_cancer.csv", 569, 31, "diagnosis", 2)]
    [InlineData("optdigits-train.csv", 3823, 65, "digit", 10)]
    [InlineData("optdigits-test.csv", 1797, 65, "digit", 10)]
    public void Read_PublicDataSet_HasItsShape(string name, int rows, int columns, string target, int classes)
    {
        if (SharedData.Find(name) is not { } path)
            return;

        var table = CsvTable.Read(path);

        Assert.Equal(rows, table.RowCount);
        Assert.Equal(columns, table.Columns.Count);
        Assert.Equal(classes, table[target].Categories.Length);
        Assert.All(table.Without(target).Columns, column => Assert.True(column.IsNumeric));
    }

    [Fact]
    public void ToArray_Numbers_CopiesRowsAndColumns()
    {
        var table = TemporaryCsv.Read("a,b,c\n1,2.5,x\n3,-4,y\n");

        Assert.Equal(new float[,] { { 1, 2.5f }, { 3, -4 } }, table.Without("c").ToArray());
        Assert.Contains("Column 'c'", Assert.Throws<InvalidOperationException>(() => table.ToArray()).Message, StringComparison.Ordinal);
    }
}
