namespace Descent.Cli.Tests;

public sealed class BadInputTests : IDisposable
{
    private const int BadData = 1;
    private const int BadArguments = 2;

    private readonly Tables _tables = new();

    public void Dispose() => _tables.Dispose();

    [Theory]
    [InlineData("--task", "clustering", "--task must be classification or regression. Received: 'clustering'.")]
    [InlineData("--hidden", "64,x", "--hidden must be none, or whole numbers from 1 to 8192 with commas between. Received: '64,x'.")]
    [InlineData("--hidden", "0", "Received: '0'.")]
    [InlineData("--activation", "rel", "Did you mean 'relu'")]
    [InlineData("--activation", "glu", "--activation must be a function that keeps the number of units. Received: 'glu'.")]
    [InlineData("--optimizer", "adan", "Did you mean 'Adam'")]
    [InlineData("--learning-rate", "-1", "--learning-rate must be a number above 0 and finite in float32. Received: '-1'.")]
    [InlineData("--learning-rate", "nan", "--learning-rate must be a number above 0 and finite in float32. Received: 'nan'.")]
    [InlineData("--learning-rate", "1e39", "--learning-rate must be a number above 0 and finite in float32. Received: '1e39'.")]
    [InlineData("--schedule", "cosin", "--schedule must be one of constant, cosine,")]
    [InlineData("--schedule", "exponential", "--schedule exponential must have the form exponential:FACTOR. Received: 'exponential'.")]
    [InlineData("--schedule", "restarts:0", "FirstDecaySteps must be positive and finite. Received: 0.")]
    [InlineData("--schedule", "steps:5", "--schedule steps must have the form")]
    [InlineData("--schedule", "steps:9=0.5,5=0.1", "Boundaries must be in increasing order.")]
    [InlineData("--schedule", "{", "--schedule must be valid JSON")]
    [InlineData("--epochs", "0", "--epochs must be a whole number of 1 or more. Received: '0'.")]
    [InlineData("--epochs", "many", "--epochs must be a whole number of 1 or more. Received: 'many'.")]
    [InlineData("--patience", "-1", "--patience must be a whole number of 0 or more. Received: '-1'.")]
    [InlineData("--batch-size", "0", "--batch-size must be a whole number of 1 or more. Received: '0'.")]
    [InlineData("--validation-split", "1", "--validation-split must be a number in (0, 1). Received: '1'.")]
    [InlineData("--seed", "x", "--seed must be a whole number of 0 or more. Received: 'x'.")]
    [InlineData("--verbose", "3", "--verbose must be 0, 1 or 2. Received: '3'.")]
    [InlineData("--ignore", "c", "Received: 'c'. The nearest of its 3 columns: 'a', 'b', 'kind'.")]
    [InlineData("--ignore", "a,kind", "--ignore must not name the target. Received: 'kind' for both.")]
    [InlineData("--epoch", "3", "Unrecognized command or argument '--epoch'.")]
    [InlineData("--epochs", null, "--epochs")]
    public void Train_BadArgument_SaysWhatItMustBe(string option, string? value, string message)
    {
        string[] arguments = ["train", _tables.Moons(40), "--target", "kind", option];

        DescentProcess.Run(value is null ? arguments : [.. arguments, value]).AssertFailed(BadArguments, message);
    }

    [Fact]
    public void Train_UnknownOptimizer_SpeaksOfNoCode()
    {
        var result = DescentProcess.Run("train", _tables.Moons(40), "--target", "kind", "--optimizer", "adan");
        Assert.DoesNotContain("KerasRegistry", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_UnknownTarget_ListsTheNearestColumns() => DescentProcess
        .Run("train", _tables.Prices(), "--target", "prize")
        .AssertFailed(BadArguments, "Received: 'prize'. The nearest of its 4 columns: 'price'");

    [Fact]
    public void Train_NoTarget_AsksForIt() => DescentProcess
        .Run("train", _tables.Prices())
        .AssertFailed(BadArguments, "Option '--target' is required.");

    [Fact]
    public void Train_NoFile_NamesThePath() => DescentProcess
        .Run("train", "nowhere.csv", "--target", "y")
        .AssertFailed(BadArguments, "'nowhere.csv', which is not a file");

    [Fact]
    public void Train_TwoRates_TakesNone() => DescentProcess
        .Run("train", _tables.Moons(40), "--target", "kind", "--verbose", "0", "--learning-rate", "0.1", "--schedule", """{"class_name": "CosineDecay", "config": {"initial_learning_rate": 0.1, "decay_steps": 9}}""")
        .AssertFailed(BadArguments, "Only one of --learning-rate and a --schedule in JSON");

    [Fact]
    public void Train_ScheduleBeyondFloat32_NamesTheEpoch() => DescentProcess
        .Run("train", _tables.Moons(40), "--target", "kind", "--verbose", "0", "--schedule", "steps:2=1e300")
        .AssertFailed(BadArguments, "--schedule must give learning rates that are finite in float32. Received: Infinity in epoch 3.");

    [Fact]
    public void Train_TextAsNumber_SaysSo() => DescentProcess
        .Run("train", _tables.Moons(40), "--target", "kind", "--task", "regression")
        .AssertFailed(BadArguments, "--task regression needs a target of numbers. Received: column 'kind'");

    [Fact]
    public void Train_RateTooHigh_SaysThatItDiverged() => DescentProcess
        .Run("train", _tables.Prices(), "--target", "price", "--optimizer", "sgd", "--learning-rate", "1e30", "--epochs", "3", "--verbose", "0")
        .AssertFailed(BadArguments, "Try a lower --learning-rate.");

    [Theory]
    [InlineData("", "which is empty")]
    [InlineData("a,y\n", "a header and nothing below it")]
    [InlineData("a,y\n1,2\n3,4\n", "at least 10 rows to train and validate on. Received: 2")]
    [InlineData("a,y\n1,5\n2,5\n3,5\n4,5\n5,5\n6,5\n7,5\n8,5\n9,5\n10,5\n", "at least two different values. Received: only '5' in column 'y'.")]
    [InlineData("a,y\n1,p\n2,q\n3,r\n4,s\n5,t\n6,u\n7,v\n8,w\n9,x\n10,z\n", "A class must have more than one row. Received: 10 different values in the 10 rows of column 'y'.")]
    [InlineData("a,y\n1,p\n2,q\n,p\n4,q\n5,p\n6,q\n7,p\n8,q\n9,p\n10,q\n", "Received: '' in row 4, column 'a'")]
    [InlineData("a,y\n1,p\n2,q,9\n", "Every row must have 2 fields")]
    [InlineData("a,a,y\n1,1,p\n", "Rename one of them; if the file has no header, give it one.")]
    [InlineData("y\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", "must have a column besides the target")]
    public void Train_BadData_NamesThePlace(string text, string message) =>
        DescentProcess.Run("train", _tables.Write(text), "--target", "y").AssertFailed(BadData, message);

    [Fact]
    public void Train_StandardErrorClosed_StillGivesItsExitCode()
    {
        if (OperatingSystem.IsWindows()) return;
        var program = Path.Combine(AppContext.BaseDirectory, "Descent.Cli.dll");
        using var shell = System.Diagnostics.Process.Start("sh", ["-c", $"exec dotnet '{program}' train nowhere.csv --target y 2>&-"]);
        shell.WaitForExit();
        Assert.Equal(BadArguments, shell.ExitCode);
    }

    [Fact]
    public void Command_None_PointsToHelp() => DescentProcess.Run().AssertFailed(BadArguments, "Try 'descent --help'.");

    [Fact]
    public void Command_Unknown_PointsToHelp() => DescentProcess.Run("trian").AssertFailed(BadArguments, "Try 'descent --help'.");
}
