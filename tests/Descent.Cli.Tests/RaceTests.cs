using System.Xml.Linq;
using Descent.Cli.Racing;

namespace Descent.Cli.Tests;

public sealed class RaceTests : IDisposable
{
    private const int BadArguments = 2;

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private readonly string _folder = Directory.CreateTempSubdirectory("descent-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("rosenbrock")]
    [InlineData("beale")]
    [InlineData("himmelblau")]
    [InlineData("saddle")]
    public void Race_Function_DrawsAWayForEachOptimizer(string function)
    {
        var result = DescentProcess.Run("race", "--function", function, "--optimizers", "sgd,adam,lion", "--steps", "60", "--out", Picture);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains("Adam ", result.Output, StringComparison.Ordinal);
        Assert.EndsWith($"Wrote {Picture}.\n", result.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        var svg = XDocument.Load(Picture);
        Assert.InRange(new FileInfo(Picture).Length, 5_000, 200_000);
        var paths = svg.Descendants(Svg + "path").Select(p => p.Attribute("class")!.Value).ToArray();
        Assert.InRange(paths.Count(c => c == "contour"), 8, 20);
        Assert.Equal(3, paths.Count(c => c.Contains("tipdot", StringComparison.Ordinal)));
        Assert.Equal(RaceFunction.Get(function).Minima.Length, paths.Count(c => c.Contains("goal", StringComparison.Ordinal)));
        Assert.Contains("prefers-reduced-motion:no-preference", svg.Descendants(Svg + "style").Single().Value, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Race_EveryOptimizer_StaysSmall()
    {
        const string names = "SGD,RMSprop,Adagrad,Adadelta,Adam,AdamW,Adamax,Nadam,Ftrl,Lion,Lamb,ScheduleFreeAdamW,Adafactor,Muon";
        var result = DescentProcess.Run("race", "--optimizers", names, "--steps", "1000", "--learning-rate", "0.01", "--out", Picture);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.InRange(new FileInfo(Picture).Length, 5_000, 200_000);
    }

    [Fact]
    public void Race_ManyWaysThatBounceForLong_StaysSmall()
    {
        var names = string.Join(',', Enumerable.Repeat("lion", 20));
        var result = DescentProcess.Run("race", "--optimizers", names, "--steps", "2000", "--learning-rate", "0.1", "--out", Picture);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.InRange(new FileInfo(Picture).Length, 5_000, 200_000);
    }

    [Fact]
    public void Race_RatesFarFromOne_AreWrittenInFewLetters()
    {
        var result = DescentProcess.Run("race", "--optimizers", "sgd,adam", "--learning-rate", "1e-9,1e30", "--steps", "1", "--out", Picture);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Matches("SGD +rate 1e-9 +came to f = ", result.Output);
        string[] texts = [.. XDocument.Load(Picture).Descendants(Svg + "text").Select(t => t.Value)];
        Assert.Contains("Adam, rate 1e30, left the picture at step 1", texts);
        Assert.Contains("Rosenbrock, 1 step", texts);
    }

    [Fact]
    public void Race_Diverging_IsSaidToHaveLeft()
    {
        var result = DescentProcess.Run("race", "--optimizers", "sgd,adam", "--learning-rate", "0.5,0.1", "--out", Picture);
        Assert.Equal(0, result.ExitCode);
        Assert.Matches("SGD .* left the picture at step 1\\s*\n", result.Output);
        Assert.Matches("Adam .* came to f = ", result.Output);
        Assert.Contains(XDocument.Load(Picture).Descendants(Svg + "text"), t => t.Value == "SGD, rate 0.5, left the picture at step 1");
    }

    [Theory]
    [InlineData("--function", "rosenbrok", "--function must be one of rosenbrock, beale, himmelblau, saddle. Received: 'rosenbrok'.")]
    [InlineData("--optimizers", "adam,lionn", "Did you mean 'Lion'")]
    [InlineData("--optimizers", "nothing_like_it", "--optimizers must be one of SGD, RMSprop, Adagrad,")]
    [InlineData("--optimizers", "lookahead", "Received: 'lookahead'.")] // which needs another one
    [InlineData("--optimizers", ",", "--optimizers must be 1 to 20 names with commas between. Received: ','.")]
    [InlineData("--learning-rate", "0.1,-1", "--learning-rate must be a number above 0 and finite in float32, or several with commas between. Received: '-1'.")]
    [InlineData("--learning-rate", "0.1,0.2", "--learning-rate must be one number, or one for each of the 5 optimizers. Received: 2.")]
    [InlineData("--steps", "0", "--steps must be a whole number from 1 to 10000. Received: '0'.")]
    [InlineData("--out", "", "--out must be")]
    public void Race_BadArgument_SaysWhatItMustBe(string option, string value, string message) =>
        DescentProcess.Run("race", option, value).AssertFailed(BadArguments, message);

    [Fact]
    public void Race_PathThatCannotBeWritten_FailsBeforeTheWork()
    {
        DescentProcess.Run("race", "--out", Path.Combine(_folder, "missing", "race.svg")).AssertFailed(BadArguments, "--out must be a file that can be written.");
        DescentProcess.Run("race", "--out", _folder).AssertFailed(BadArguments, "--out must be a file that can be written. Received: ");
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void RequireFile_FileThatIsThere_LeavesIt()
    {
        File.WriteAllText(Picture, "old");
        OutputPath.RequireFile("--out", Picture);
        Assert.Equal("old", File.ReadAllText(Picture));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Functions_AtTheirMinima_HaveTheirLeastValue() => Assert.All(RaceFunction.All, f => Assert.All(f.Minima, m =>
    {
        float At(double x, double y) => (float)f.Compute((float)x, (float)y);
        Assert.Equal(f.Minimum, At(m.X, m.Y), 1e-4);
        Assert.True(At(m.X + 0.1, m.Y) > At(m.X, m.Y) && At(m.X, m.Y - 0.1) > At(m.X, m.Y));
    }));

    [Fact]
    public void Run_Sgd_TakesTheStepsOfTheOptimizer()
    {
        var path = Race.Run(RaceFunction.Get("saddle"), "sgd", 0.1, steps: 2);
        Assert.Equal(3, path.Points.Count);
        Assert.Equal(-1.9 * 0.8, path.Points[1].X, 1e-6);
        Assert.Equal(-1.9 * 0.8 * 0.8, path.Points[2].X, 1e-6);
        Assert.Null(path.LeftAt);
    }

    [Fact]
    public void Run_WithoutRate_TakesOneThatStaysInThePicture()
    {
        var path = Race.Run(RaceFunction.Get("rosenbrock"), "sgd", null, steps: 50);
        Assert.True(path.StaysInside);
        Assert.Contains(path.Rate, Race.Rates);
        Assert.All(Race.Rates.Select(r => Race.Run(path.Function, "sgd", r, 50)).Where(p => p.StaysInside), p => Assert.True(path.Late <= p.Late));
    }

    [Fact]
    public void Contours_Cone_AreCircles()
    {
        var heights = new double[41, 41];
        for (var row = 0; row < 41; row++)
            for (var column = 0; column < 41; column++) heights[row, column] = double.Hypot(row - 20, column - 20);
        var line = Assert.Single(Contours.Around(heights, 10));
        Assert.InRange(line.Count, 60, 100);
        Assert.All(line, p => Assert.Equal(10, double.Hypot(p.X - 20, p.Y - 20), 0.05));
        Assert.All(line.Zip([.. line.Skip(1), line[0]]), pair => Assert.InRange(double.Hypot(pair.First.X - pair.Second.X, pair.First.Y - pair.Second.Y), 0, 1.5));
    }

    [Fact]
    public void Contours_AtTheBorder_AreClosedAlongIt()
    {
        var heights = new double[5, 5];
        for (var row = 0; row < 5; row++)
            for (var column = 0; column < 5; column++) heights[row, column] = column;
        var line = Assert.Single(Contours.Around(heights, 2.25));
        Assert.Equal((0, 2.25, 0, 4), (line.Min(p => p.X), line.Max(p => p.X), line.Min(p => p.Y), line.Max(p => p.Y)));
        Assert.Empty(Contours.Around(heights, -1));
    }

    [Fact]
    public void Contours_Checkerboard_AreAllClosed()
    {
        double[,] heights = { { 0, 1, 0 }, { 1, 0, 1 }, { 0, 1, 0 } };
        Assert.Equal(5, Contours.Around(heights, 0.4).Count);
        Assert.Equal(1, Contours.Around(heights, 0.6).Count(line => line.Count > 4));
    }

    [Fact]
    public void Simplify_StraightPart_KeepsItsEnds() =>
        Assert.Equal([0, 3, 4], Contours.Simplify([(0, 0), (1, 0.01), (2, 0), (3, 0), (3, 5)], 0.1));

    private string Picture => Path.Combine(_folder, "race.svg");
}
