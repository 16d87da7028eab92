using Descent.Layers;

namespace Descent.Cli.Tests;

public sealed class PredictTests : IDisposable
{
    private const int BadData = 1;
    private const int BadArguments = 2;

    private readonly Tables _tables = new();

    private string Network => _tables.PathOf("m.keras");

    public void Dispose() => _tables.Dispose();

    [Fact]
    public void Predict_Classes_GivesClassAndProbabilities()
    {
        var data = _tables.Moons();
        Train(data, "kind");

        var result = DescentProcess.Run("predict", Network, data);

        var lines = result.Output.TrimEnd().Split('\n');
        Assert.Equal("kind,kind=lower,kind=upper", lines[0]);
        Assert.Equal(201, lines.Length);
        foreach (var line in lines[1..])
        {
            var cells = line.Split(',');
            var (lower, upper) = (float.Parse(cells[1], Invariant), float.Parse(cells[2], Invariant));
            Assert.Equal(1, lower + upper, 1e-5);
            Assert.Equal(lower > upper ? "lower" : "upper", cells[0]);
        }

        Assert.Matches(@"^Column 'kind' says the same for \d+ of 200 rows \(accuracy [01]\.\d{4}\)\.\s$", result.Error);
    }

    [Fact]
    public void Predict_ColumnsInAnotherOrder_FindsThemByName()
    {
        Train(_tables.Prices(), "price");
        var file = _tables.PathOf("p.csv");

        var plain = DescentProcess.Run("predict", Network, _tables.Write("id,size,town,price\n1,100,A,1\n2,60,C,2\n"));
        var result = DescentProcess.Run("predict", Network, _tables.Write("note;town;size\nx;A;100\n;C;60\n"), "--out", file);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(plain.Output, File.ReadAllText(file));
        Assert.Contains("Ignored, as the network was not trained on it: 'note'.", result.Output, StringComparison.Ordinal);
        Assert.Contains($"2 rows predicted to '{file}'.", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("differ", result.Output, StringComparison.Ordinal);
        Assert.Contains("From column 'price' the predictions differ by ", plain.Error, StringComparison.Ordinal);
        Assert.Equal("price", plain.Output.Split('\n')[0]);
        Assert.InRange(double.Parse(plain.Output.Split('\n')[1], Invariant), 80_000, 130_000);
    }

    [Fact]
    public void Predict_UnknownCategory_CountsAsNoneWithALine()
    {
        Train(_tables.Prices(), "price");

        var result = DescentProcess.Run("predict", Network, _tables.Write("size,town\n100,A\n\n70,D\n80,E\n"));

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("2 of 3 rows have a category in column 'town' that the network was not trained on, the first 'D' in row 4: they count as none of its 3.", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("town\nA\n", "must have the 2 columns that the network was trained on. Received: none named 'size'.")]
    [InlineData("size,town\n100,A\n,B\n", "Every cell must hold a value. Received: '' in row 3, column 'size'")]
    [InlineData("size,town\n100,A\n70,?\n", "Received: '?' in row 3, column 'town'")]
    [InlineData("size,town\n100,A\nlarge,B\n", "must be a number. Received: 'large' in row 3, column 'size'")]
    [InlineData("", "which is empty")]
    public void Predict_BadTable_NamesThePlace(string text, string message)
    {
        Train(_tables.Prices(), "price");

        DescentProcess.Run("predict", Network, _tables.Write(text)).AssertFailed(BadData, message);
    }

    [Fact]
    public void Predict_TargetWithoutValues_IsNotMeasured()
    {
        Train(_tables.Prices(), "price");

        var result = DescentProcess.Run("predict", Network, _tables.Write("size,town,price\n100,A,5\n60,B,\n"));

        Assert.Equal(3, result.Output.TrimEnd().Split('\n').Length);
        Assert.Contains("The predictions are not measured, as column 'price' does not say the truth of each row: '' in row 3.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Predict_WithoutHeader_FindsColumnsByPlace()
    {
        var rows = string.Join('\n', Enumerable.Range(0, 60).Select(i => $"{i},{i / 20}"));
        var data = _tables.Write(rows);
        Train(data, "column_1");

        Assert.Contains("of 60 rows (accuracy ", DescentProcess.Run("predict", Network, data).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Predict_TextThatNeedsQuotes_IsReadBack()
    {
        var data = _tables.Write("x,y\n" + string.Join('\n', Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? $"{i},\"a, \"\"b\"\"\"" : $"{-i},c")));
        Train(data, "y");

        Assert.StartsWith("y,\"y=a, \"\"b\"\"\",y=c\n\"a, \"\"b\"\"\",", DescentProcess.Run("predict", Network, data).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Predict_NetworkFromElsewhere_TakesColumnsInTheirOrder()
    {
        var model = new Sequential([new Dense(2) { InputShape = [3], KernelInitializer = "ones" }]);
        model.Save(Network);

        var result = DescentProcess.Run("predict", Network, _tables.Write("p,q,r\n1,2,3.5\n0,0,0\n"));

        Assert.Equal("output_0,output_1\n6.5,6.5\n0,0\n", result.Output);
        Assert.Contains($"'{Network}' does not say which columns it was trained on", result.Error, StringComparison.Ordinal);
        DescentProcess.Run("predict", Network, _tables.Write("p,q\n1,2\n")).AssertFailed(BadData, "must have 3 columns, the inputs of the network in their order");
        DescentProcess.Run("predict", Network, _tables.Write("p,q,r\n1,2,x\n")).AssertFailed(BadData, "Received: 'x' in row 2, column 'r'");
    }

    [Fact]
    public void Predict_BadFiles_SaysWhatIsWrong()
    {
        var data = _tables.Moons(20);
        File.WriteAllText(Network, "no network");

        DescentProcess.Run("predict", Network, data).AssertFailed(BadData, "must be a whole zip archive");
        DescentProcess.Run("predict", "nowhere.keras", data).AssertFailed(BadArguments, "'nowhere.keras', which is not a file");
        DescentProcess.Run("predict", Network, "nowhere.csv").AssertFailed(BadArguments, "'nowhere.csv', which is not a file");
        DescentProcess.Run("predict", data, data).AssertFailed(BadArguments, "must end in .keras or .h5");
        DescentProcess.Run("predict", Network, data, "--out", _tables.PathOf("nowhere/p.csv")).AssertFailed(BadArguments, "--out must be a file that can be written");
        DescentProcess.Run("predict", Network).AssertFailed(BadArguments, "Try 'descent predict --help'.");
    }

    [Fact]
    public void Predict_OutThatIsRead_IsRefusedAndLeftAsItIs()
    {
        var (data, link) = (_tables.Moons(20), _tables.PathOf("link.csv"));
        File.WriteAllText(Network, "network");
        File.CreateSymbolicLink(link, data);
        var before = File.ReadAllText(data);

        foreach (var path in new[] { data, Path.Combine(Path.GetDirectoryName(data)!, ".", Path.GetFileName(data)), link, Network })
            DescentProcess.Run("predict", Network, data, "--out", path).AssertFailed(BadArguments, $"Received: '{path}'. That file is read, and would be lost.");
        Assert.Equal((before, "network"), (File.ReadAllText(data), File.ReadAllText(Network)));
    }

    private static IFormatProvider Invariant => System.Globalization.CultureInfo.InvariantCulture;

    private void Train(string data, string target)
    {
        var result = DescentProcess.Run("train", data, "--target", target, "--epochs", "20", "--verbose", "0", "--save", Network);
        Assert.True(result.ExitCode == 0, result.Error);
    }
}
