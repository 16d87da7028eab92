using Descent.Data;

namespace Descent.Tests.Data;

public class TableEncoderTests
{
    private static readonly CsvTable Mixed = TemporaryCsv.Read("age,colour,same\n1,red,0.1\n3,blue,0.1\n5,red,0.1\n100,green,7\n");
    private static readonly int[] TrainRows = [0, 1, 2];

    [Fact]
    public void Fit_MixedColumns_LearnsFromTheTrainingRowsAlone()
    {
        var encoder = TableEncoder.Fit(Mixed, TrainRows);

        Assert.Equal(["age", "colour=blue", "colour=red", "same"], encoder.FeatureNames);
        var age = Assert.IsType<StandardizedColumn>(encoder.Columns[0]);
        Assert.Equal(3, age.Mean);
        Assert.Equal(Math.Sqrt(8.0 / 3), age.StandardDeviation);
        Assert.Equal(["blue", "red"], Assert.IsType<OneHotColumn>(encoder.Columns[1]).Categories);
        Assert.Empty(encoder.Notes);
    }

    [Fact]
    public void Transform_AllRows_StandardisesAndMarksCategories()
    {
        var x = TableEncoder.Fit(Mixed, TrainRows).Transform(Mixed);

        var unit = (float)(2 / Math.Sqrt(8.0 / 3));
        float[,] expected =
        {
            { -unit, 0, 1, 0 },
            { 0, 1, 0, 0 },
            { unit, 0, 1, 0 },
            { (float)(97 / Math.Sqrt(8.0 / 3)), 0, 0, 0 }, // an unknown category, and a constant that is none
        };
        Assert.Equal(expected, x);
    }

    [Fact]
    public void Transform_Rows_KeepsTheirOrder()
    {
        var encoder = TableEncoder.Fit(Mixed, TrainRows);
        var all = encoder.Transform(Mixed);

        var some = encoder.Transform(Mixed, [2, 0]);

        Assert.Equal([all[2, 0], all[0, 0]], [some[0, 0], some[1, 0]]);
        Assert.Equal(2, some.GetLength(0));
    }

    [Fact]
    public void Transform_OtherTable_FindsColumnsByName()
    {
        var encoder = TableEncoder.Fit(Mixed, TrainRows);
        var other = TemporaryCsv.Read("more,same,colour,age\nx,0,blue,3\n");

        Assert.Equal(new float[,] { { 0, 1, 0, 0 } }, encoder.Transform(other));
    }

    [Fact]
    public void Transform_TableThatDoesNotFit_SaysWhy()
    {
        var encoder = TableEncoder.Fit(Mixed);

        var text = Assert.Throws<InvalidDataException>(() => encoder.Transform(TemporaryCsv.Read("age,colour,same\nold,red,1\n")));
        Assert.StartsWith("Column 'age' must hold numbers, as in the rows the encoder was fitted on. Received: text in", text.Message, StringComparison.Ordinal);
        var lacking = Assert.Throws<ArgumentException>(() => encoder.Transform(Mixed.Without("age")));
        Assert.Contains("Received: 'age'.", lacking.Message, StringComparison.Ordinal);
        var row = Assert.Throws<ArgumentOutOfRangeException>(() => encoder.Transform(Mixed, [4]));
        Assert.StartsWith("Row indices must be in [0, 4). Received: 4.", row.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_LearnedColumns_EncodesAlike()
    {
        var fitted = TableEncoder.Fit(Mixed, TrainRows);

        Assert.Equal(fitted.Transform(Mixed), new TableEncoder(fitted.Columns).Transform(Mixed));
        Assert.Throws<ArgumentException>(() => new TableEncoder([]));
    }

    [Fact]
    public void Fit_Identifiers_AreLeftOutWithANote()
    {
        var lines = Enumerable.Range(0, 40).Select(i => $"{i + 7},name{i},city{i % 15},{i % 5}\n");
        var table = TemporaryCsv.Read("Customer_ID,name,city,x\n" + string.Concat(lines));

        var encoder = TableEncoder.Fit(table, maxCategories: 14);

        Assert.Equal(["x"], encoder.FeatureNames);
        Assert.Equal(
            [
                "Column 'Customer_ID' is left out: it numbers the rows.",
                "Column 'name' is left out: it identifies rows (40 different texts in 40 rows).",
                "Column 'city' is left out: it has 15 categories, more than the limit of 14.",
            ],
            encoder.Notes);
        Assert.Equal(16, TableEncoder.Fit(table).FeatureNames.Count);
    }

    [Fact]
    public void Fit_NothingUsable_SaysWhatWasLeftOut()
    {
        var table = TemporaryCsv.Read("id\n1\n2\n");

        var error = Assert.Throws<InvalidDataException>(() => TableEncoder.Fit(table));

        Assert.EndsWith("must be usable as a feature. Received: none. Column 'id' is left out: it numbers the rows.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_BadArguments_Throws()
    {
        Assert.StartsWith("An encoder must be fitted on at least one row.", Assert.Throws<ArgumentException>(() => TableEncoder.Fit(Mixed, [])).Message, StringComparison.Ordinal);
        Assert.StartsWith("maxCategories must be 1 or more. Received: 0.", Assert.Throws<ArgumentOutOfRangeException>(() => TableEncoder.Fit(Mixed, maxCategories: 0)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => TableEncoder.Fit(Mixed, [-1]));
    }
}
