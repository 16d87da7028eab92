using System.Globalization;
using Descent.Data;

namespace Descent.Cli.Tests;

public sealed class TaskGuessTests : IDisposable
{
    private readonly Tables _tables = new();

    public void Dispose() => _tables.Dispose();

    [Theory]
    [InlineData(100, "no,yes", true)]
    [InlineData(12, "0,1", true)]
    [InlineData(12, "-1,1", true)]
    [InlineData(12, "0.5,2.5", true)]
    [InlineData(100, "0.0,1.0,2.0", true)]
    [InlineData(100, "1,2,3,4,5", true)]
    [InlineData(20, "1,2,3,4,5", false)]
    [InlineData(100, "0,1,2,3,4,5,6,7,8,9", true)]
    [InlineData(99, "0,1,2,3,4,5,6,7,8,9", false)]
    [InlineData(1000, "2015,2016,2017,2018", false)]
    [InlineData(1000, "0.5,1,1.5", false)]
    [InlineData(1000, "0,50,100", false)]
    public void Of_Column_GuessesFromItsValues(int rows, string values, bool isClasses)
    {
        var cycle = values.Split(',');
        var path = _tables.Write("x,y\n" + string.Join('\n', Enumerable.Range(0, rows).Select(i => $"{i},{cycle[i % cycle.Length]}")));

        Assert.Equal(isClasses ? TaskKind.Classification : TaskKind.Regression, TaskGuess.Of(CsvTable.Read(path)["y"]));
    }

    [Theory]
    [InlineData(20, true)]
    [InlineData(21, false)]
    public void Of_ManyCodes_StopsAtTwenty(int codes, bool isClasses)
    {
        var path = _tables.Write("y\n" + string.Join('\n', Enumerable.Range(0, 1000).Select(i => (i % codes).ToString(CultureInfo.InvariantCulture))));

        Assert.Equal(isClasses ? TaskKind.Classification : TaskKind.Regression, TaskGuess.Of(CsvTable.Read(path)["y"]));
    }
}
