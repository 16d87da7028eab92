using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using Descent.Charts;
using Descent.Cli.Racing;
using Descent.Comparing;
using static Descent.Cli.OptionParsing;

namespace Descent.Cli;

/// <summary><c>descent race</c>: its options, and what they accept.</summary>
internal static class RaceCommand
{
    private const string DefaultOptimizers = "sgd,adagrad,rmsprop,adam,lion";
    private const string DefaultFile = "race.svg";
    private const int DefaultSteps = 300, MostSteps = 10_000, MostOptimizers = 20;

    private const string Details = """
        Functions:
          rosenbrock   a bent valley; its least value lies far along it
          beale        a plain with steep walls
          himmelblau   four minima
          saddle       flat where the start leads, with a minimum on either side

        Without --learning-rate, each optimizer runs with the rate from 0.0001 to 3 that brings it
        lowest: the picture compares them at their best.

        Exit codes:
          0    done
          1    the file could not be written
          2    the command line must be corrected

        """;

    private static readonly Option<RaceFunction> Function = Parsed(
        "--function", string.Join('|', RaceFunction.All.Select(f => f.Name)), $"The function to go down. [default: {RaceFunction.All[0].Name}]", RaceFunction.Get);

    private static readonly Option<string[]> Optimizers = Parsed(
        "--optimizers", "NAME,…", $"The optimizers: adam, sgd, …. [default: {DefaultOptimizers}]", ReadOptimizers);

    private static readonly Option<double[]> LearningRate = Parsed(
        "--learning-rate", "RATE,…", "The learning rate of all, or one for each. [default: the best of each]", text => LearningRates("--learning-rate", text));

    private static readonly Option<int?> Steps = Parsed<int?>(
        "--steps", "N", $"The steps of each. [default: {DefaultSteps}]", text => Whole("--steps", 1, text, MostSteps));

    private static readonly Option<string> Out = new("--out") { Description = $"The picture, as SVG. [default: {DefaultFile}]", HelpName = "FILE.svg" };

    public static Command Create()
    {
        var command = new Command("race", "Draws the ways that optimizers take down a function, as an animated picture.")
        {
            Function,
            Optimizers,
            LearningRate,
            Steps,
            Out,
            new HelpOption { Action = new HelpWithDetails(Details) },
        };
        command.SetAction(result => Execute(
            result.GetValue(Function) ?? RaceFunction.All[0],
            result.GetValue(Optimizers) is { Length: > 0 } names ? names : ReadOptimizers(DefaultOptimizers), // what was not given is an empty array
            result.GetValue(LearningRate) ?? [],
            result.GetValue(Steps) ?? DefaultSteps,
            result.GetValue(Out) ?? DefaultFile));
        return command;
    }

    private static int Execute(RaceFunction function, string[] optimizers, double[] rates, int steps, string path)
    {
        if (rates.Length > 1 && rates.Length != optimizers.Length)
            throw new UsageException($"--learning-rate must be one number, or one for each of the {optimizers.Length} optimizers. Received: {rates.Length}.");
        OutputPath.RequireFile("--out", path);
        RacePath[] paths = [.. optimizers.Select((name, i) => Race.Run(function, name, rates.Length == 0 ? null : rates[rates.Length == 1 ? 0 : i], steps))];
        SvgWriter.Save(path, RacePicture.Draw(function, paths, steps));
        foreach (var run in paths) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.Name,-18} rate {ComparisonTable.Rate(run.Rate),-8} {run.End}"));
        Console.Out.WriteLine($"Wrote {path}.");
        return ExitCodes.Done;
    }

    private static string[] ReadOptimizers(string text) => OptimizerNames("--optimizers", text, MostOptimizers);
}
